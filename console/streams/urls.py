from django.urls import path

from console.streams import views

app_name = "streams"
urlpatterns = [
    path("<slug:home>/audit/stream", views.read, name="read"),
    path("<slug:organization>/streams/", views.index, name="index"),
    path("<slug:organization>/streams/new/", views.new, name="new"),
    path("<slug:organization>/streams/<uuid:stream>/remove/", views.remove, name="remove"),
]

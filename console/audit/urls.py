from django.urls import path

from console.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:entry>/", views.entry, name="entry"),
]

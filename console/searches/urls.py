from django.urls import path

from console.searches import views

app_name = "searches"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<uuid:search>/", views.edit, name="edit"),
    path("<uuid:search>/remove/", views.remove, name="remove"),
]

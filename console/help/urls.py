from django.urls import path

from console.help import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("organizations/", views.organizations, name="organizations"),
    path("patterns/", views.patterns, name="patterns"),
    path("display/", views.display, name="display"),
    path("zone/", views.zone, name="zone"),
]

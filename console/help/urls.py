from django.urls import path

from console.help import views

app_name = "help"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
]

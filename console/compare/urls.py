from django.urls import path

from console.compare import views

app_name = "compare"
urlpatterns = [
    path("compare/", views.index, name="index"),
    path("promote/", views.promote, name="promote"),
]

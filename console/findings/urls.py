from django.urls import path

from console.findings import views

app_name = "findings"
urlpatterns = [path("", views.index, name="index"), path("<str:rule>/", views.show, name="show")]

from django.urls import include, path

from console.clients import views

app_name = "clients"
within = [
    path("", views.listed, name="listed"),
]
urlpatterns = [
    path("clients/columns/", views.columns, name="columns"),
    path("services/<slug:region>/<number:service_id>/clients/", include(within)),
]

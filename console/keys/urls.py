from django.urls import URLPattern, URLResolver, include, path

from console.keys import views

app_name = "keys"
hardware: list[URLPattern | URLResolver] = [
    path("", views.hsm, name="hsm"),
    path("new/", views.new_hsm, name="new_hsm"),
    path("key/<slug:handle>/", views.show_hsm, name="show_hsm"),
    path("key/<slug:handle>/remove/", views.remove_hsm, name="remove_hsm"),
]
within: list[URLPattern | URLResolver] = [
    path("hsm/", include(hardware)),
]
urlpatterns = [
    path("keys/", views.index, name="index"),
    path("keys/expiry/", views.expiry, name="expiry"),
    path("services/<slug:region>/<number:service_id>/keys/", include(within)),
]

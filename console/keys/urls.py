from django.urls import URLPattern, URLResolver, include, path

from console.keys import views

app_name = "keys"
hsm_urls: list[URLPattern | URLResolver] = [
    path("", views.hsm_keys, name="hsm_keys"),
    path("new/", views.new_hsm_key, name="new_hsm_key"),
    path("key/<slug:handle>/", views.show_hsm_key, name="show_hsm_key"),
    path("key/<slug:handle>/roll/", views.start_hsm_rollover, name="start_hsm_rollover"),
    path("key/<slug:handle>/remove/", views.delete_hsm_key, name="delete_hsm_key"),
]
rollover_urls: list[URLPattern | URLResolver] = [
    path("", views.rollover, name="rollover"),
    path("tell/", views.share_key, name="share_key"),
    path("confirm/", views.confirm, name="confirm"),
    path("advance/", views.advance, name="advance"),
    path("pause/", views.pause, name="pause"),
    path("resume/", views.resume, name="resume"),
    path("undo/", views.undo, name="undo"),
    path("leave/", views.stop, name="stop"),
]
service_urls: list[URLPattern | URLResolver] = [
    path("", views.jwks, name="jwks"),
    path("new/", views.new_jwk, name="new_jwk"),
    path("remove/", views.remove_jwk, name="remove_jwk"),
    path("move/", views.move_jwk, name="move_jwk"),
    path("roll/", views.start_rollover, name="start_rollover"),
    path("rollovers/<uuid:rollover>/", include(rollover_urls)),
    path("hsm/", include(hsm_urls)),
]
urlpatterns = [
    path("keys/", views.index, name="index"),
    path("keys/expiry/", views.expiry, name="expiry"),
    path("keys/rollovers/", views.rollovers, name="rollovers"),
    path("services/<slug:region>/<number:service_id>/keys/", include(service_urls)),
]

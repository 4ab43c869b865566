from django.urls import URLPattern, URLResolver, include, path

from console.keys.views import (
    expiry_list,
    hsm,
    inventory,
    jwks,
    rollover_actions,
    rollover_list,
    rollovers,
)

app_name = "keys"
hsm_urls: list[URLPattern | URLResolver] = [
    path("", hsm.hsm_keys, name="hsm_keys"),
    path("new/", hsm.new_hsm_key, name="new_hsm_key"),
    path("key/<slug:handle>/", hsm.show_hsm_key, name="show_hsm_key"),
    path("key/<slug:handle>/roll/", rollovers.start_hsm_rollover, name="start_hsm_rollover"),
    path("key/<slug:handle>/remove/", hsm.delete_hsm_key, name="delete_hsm_key"),
]
rollover_urls: list[URLPattern | URLResolver] = [
    path("", rollovers.rollover, name="rollover"),
    path("tell/", rollover_actions.share_key, name="share_key"),
    path("confirm/", rollover_actions.confirm, name="confirm"),
    path("advance/", rollover_actions.advance, name="advance"),
    path("pause/", rollover_actions.pause, name="pause"),
    path("resume/", rollover_actions.resume, name="resume"),
    path("undo/", rollover_actions.undo, name="undo"),
    path("leave/", rollover_actions.stop, name="stop"),
]
service_urls: list[URLPattern | URLResolver] = [
    path("", jwks.jwks, name="jwks"),
    path("new/", jwks.new_jwk, name="new_jwk"),
    path("remove/", jwks.remove_jwk, name="remove_jwk"),
    path("move/", jwks.move_jwk, name="move_jwk"),
    path("roll/", rollovers.start_rollover, name="start_rollover"),
    path("rollovers/<uuid:rollover>/", include(rollover_urls)),
    path("hsm/", include(hsm_urls)),
]
urlpatterns = [
    path("keys/", inventory.index, name="index"),
    path("keys/expiry/", expiry_list.expiry, name="expiry"),
    path("keys/rollovers/", rollover_list.rollovers, name="rollovers"),
    path("services/<slug:region>/<number:service_id>/keys/", include(service_urls)),
]

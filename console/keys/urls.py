from django.urls import URLPattern, URLResolver, include, path

from console.keys import views

app_name = "keys"
hardware: list[URLPattern | URLResolver] = [
    path("", views.hsm, name="hsm"),
    path("new/", views.new_hsm, name="new_hsm"),
    path("key/<slug:handle>/", views.show_hsm, name="show_hsm"),
    path("key/<slug:handle>/roll/", views.roll_hsm, name="roll_hsm"),
    path("key/<slug:handle>/remove/", views.remove_hsm, name="remove_hsm"),
]
rollover: list[URLPattern | URLResolver] = [
    path("", views.rollover, name="rollover"),
    path("tell/", views.tell, name="tell"),
    path("confirm/", views.confirm, name="confirm"),
    path("advance/", views.advance, name="advance"),
    path("pause/", views.pause, name="pause"),
    path("resume/", views.resume, name="resume"),
    path("undo/", views.undo, name="undo"),
    path("leave/", views.leave, name="leave"),
]
within: list[URLPattern | URLResolver] = [
    path("", views.jwks, name="jwks"),
    path("new/", views.new_jwk, name="new_jwk"),
    path("remove/", views.remove_jwk, name="remove_jwk"),
    path("move/", views.move_jwk, name="move_jwk"),
    path("roll/", views.roll, name="roll"),
    path("rollovers/<uuid:rollover>/", include(rollover)),
    path("hsm/", include(hardware)),
]
urlpatterns = [
    path("keys/", views.index, name="index"),
    path("keys/expiry/", views.expiry, name="expiry"),
    path("keys/rollovers/", views.rollovers, name="rollovers"),
    path("services/<slug:region>/<number:service_id>/keys/", include(within)),
]

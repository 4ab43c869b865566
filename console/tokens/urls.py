from django.urls import URLPattern, URLResolver, include, path

from console.tokens import views

app_name = "tokens"
within: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
]
urlpatterns = [
    path("services/<slug:region>/<number:service_id>/tokens/", include(within)),
    path("tokens/check/", views.check, name="check"),
    path("tokens/check/revoke/", views.revoke_checked, name="revoke_checked"),
    path("tokens/verify/", views.verify, name="verify"),
]

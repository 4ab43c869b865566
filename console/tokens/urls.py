from django.urls import URLPattern, URLResolver, include, path

from console.tokens import views

app_name = "tokens"
token_urls: list[URLPattern | URLResolver] = [
    path("", views.show, name="show"),
    path("update/", views.update, name="update"),
    path("revoke/", views.revoke, name="revoke"),
    path("remove/", views.delete, name="delete"),
    path("reveal/", views.reveal, name="reveal"),
]
service_urls: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("clients/<number:client_id>/revoke/", views.revoke_client, name="revoke_client"),
    path("subjects/<uuid:lookup>/revoke/", views.revoke_subject, name="revoke_subject"),
    path(
        "subjects/<uuid:lookup>/clients/<number:client_id>/revoke/",
        views.revoke_pair,
        name="revoke_pair",
    ),
    path("<number:client_id>/<slug:token>/", include(token_urls)),
]
urlpatterns = [
    path("services/<slug:region>/<number:service_id>/tokens/", include(service_urls)),
    path("tokens/check/", views.lookup, name="lookup"),
    path("tokens/check/revoke/", views.revoke_by_value, name="revoke_by_value"),
    path("tokens/verify/", views.verify, name="verify"),
]

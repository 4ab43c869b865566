from django.urls import URLPattern, URLResolver, include, path

from console.tokens.views import bulk_revocation, index, lookup, show

app_name = "tokens"
token_urls: list[URLPattern | URLResolver] = [
    path("", show.show, name="show"),
    path("update/", show.update, name="update"),
    path("revoke/", show.revoke, name="revoke"),
    path("remove/", show.delete, name="delete"),
    path("reveal/", show.reveal, name="reveal"),
]
service_urls: list[URLPattern | URLResolver] = [
    path("", index.index, name="index"),
    path("new/", index.new, name="new"),
    path("clients/<number:client_id>/revoke/", bulk_revocation.revoke_client, name="revoke_client"),
    path("subjects/<uuid:lookup>/revoke/", bulk_revocation.revoke_subject, name="revoke_subject"),
    path(
        "subjects/<uuid:lookup>/clients/<number:client_id>/revoke/",
        bulk_revocation.revoke_pair,
        name="revoke_pair",
    ),
    path("<number:client_id>/<slug:token>/", include(token_urls)),
]
urlpatterns = [
    path("services/<slug:region>/<number:service_id>/tokens/", include(service_urls)),
    path("tokens/check/", lookup.lookup, name="lookup"),
    path("tokens/check/revoke/", lookup.revoke_by_value, name="revoke_by_value"),
    path("tokens/verify/", lookup.verify, name="verify"),
]

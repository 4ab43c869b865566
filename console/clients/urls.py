from django.urls import URLPattern, URLResolver, include, path

from console.bulk.urls import bulk_urls
from console.clients.bulk.kind import CLIENT_BULK
from console.clients.views import creation, listing, rotation, scopes, secret, secret_lists, show
from console.documents.kinds import CLIENT_KIND
from console.editing.urls import document_urls

app_name = "clients"
client_urls = [
    path("", show.show, name="show"),
    path("key/", show.key, name="key"),
    path("secret/", secret.secret, name="secret"),
    path("reveal/", secret.reveal, name="reveal"),
    path("rotate/", secret.rotate, name="rotate"),
    path("secret/set/", secret.set_secret, name="set_secret"),
    path("stage/", rotation.stage, name="stage"),
    path("staged/", rotation.reveal_staged, name="reveal_staged"),
    path("stored/", rotation.confirm_stored, name="confirm_stored"),
    path("activate/", rotation.activate, name="activate"),
    path("undo/", rotation.undo, name="undo"),
    path("drop/", rotation.discard_staged, name="discard_staged"),
    path("forget/", rotation.delete_old_secret, name="delete_old_secret"),
    path("lock/", show.lock, name="lock"),
    path("scopes/", scopes.scopes, name="scopes"),
    path("remove/", show.remove, name="remove"),
    *document_urls(CLIENT_KIND),
]
service_urls: list[URLPattern | URLResolver] = [
    path("", listing.service_clients, name="service_clients"),
    path("new/", creation.new, name="new"),
    path("create/", creation.create, name="create"),
    path("<number:client_id>/", include(client_urls)),
]
urlpatterns = [
    path("clients/", listing.index, name="index"),
    path("clients/refresh/", listing.refresh, name="refresh"),
    path("clients/bulk/", include(bulk_urls(CLIENT_BULK))),
    path("clients/rotations/", secret_lists.rotations, name="rotations"),
    path("clients/overdue/", secret_lists.overdue_secrets, name="overdue_secrets"),
    path("clients/columns/", listing.columns, name="columns"),
    path("services/<slug:region>/<number:service_id>/clients/", include(service_urls)),
]

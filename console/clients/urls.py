from django.urls import URLPattern, URLResolver, include, path

from console.clients import views

app_name = "clients"
client_urls = [
    path("", views.show, name="show"),
    path("edit/<slug:section>/", views.edit, name="edit"),
    path("edit/<slug:section>/draft/", views.draft, name="draft"),
    path("key/", views.key, name="key"),
    path("discard/", views.discard, name="discard"),
    path("review/", views.review, name="review"),
    path("merge/", views.merge, name="merge"),
    path("restore/<slug:entry>/", views.restore, name="restore"),
    path("saved/<slug:entry>/", views.change, name="change"),
    path("fields/", views.fields, name="fields"),
    path("document/", views.document, name="document"),
    path("history/", views.history, name="history"),
    path("as-of/", views.version_at, name="version_at"),
    path("bring-back/", views.restore_version, name="restore_version"),
    path("secret/", views.secret, name="secret"),
    path("reveal/", views.reveal, name="reveal"),
    path("rotate/", views.rotate, name="rotate"),
    path("secret/set/", views.set_secret, name="set_secret"),
    path("stage/", views.stage, name="stage"),
    path("staged/", views.reveal_staged, name="reveal_staged"),
    path("stored/", views.confirm_stored, name="confirm_stored"),
    path("activate/", views.activate, name="activate"),
    path("undo/", views.undo, name="undo"),
    path("drop/", views.drop, name="drop"),
    path("forget/", views.forget, name="forget"),
    path("lock/", views.lock, name="lock"),
    path("scopes/", views.scopes, name="scopes"),
    path("remove/", views.remove, name="remove"),
]
service_urls: list[URLPattern | URLResolver] = [
    path("", views.service_clients, name="service_clients"),
    path("new/", views.new, name="new"),
    path("create/", views.create, name="create"),
    path("<number:client_id>/", include(client_urls)),
]
selection_urls: list[URLPattern | URLResolver] = [
    path("", views.bulk_action, name="bulk_action"),
    path("set/<str:setting>/", views.bulk_setting, name="bulk_setting"),
    path("preview/", views.bulk_preview, name="bulk_preview"),
]
bulk_urls: list[URLPattern | URLResolver] = [
    path("", views.bulk_select, name="bulk_select"),
    path("<uuid:selection>/", include(selection_urls)),
]
urlpatterns = [
    path("clients/", views.index, name="index"),
    path("clients/refresh/", views.refresh, name="refresh"),
    path("clients/bulk/", include(bulk_urls)),
    path("clients/rotations/", views.rotations, name="rotations"),
    path("clients/overdue/", views.overdue_secrets, name="overdue_secrets"),
    path("clients/columns/", views.columns, name="columns"),
    path("services/<slug:region>/<number:service_id>/clients/", include(service_urls)),
]

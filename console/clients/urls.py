from django.urls import URLPattern, URLResolver, include, path

from console.clients import views

app_name = "clients"
one = [
    path("", views.show, name="show"),
    path("edit/<slug:section>/", views.edit, name="edit"),
    path("edit/<slug:section>/draft/", views.draft, name="draft"),
    path("key/", views.key, name="key"),
    path("discard/", views.discard, name="discard"),
    path("review/", views.review, name="review"),
    path("merge/", views.merge, name="merge"),
    path("restore/<slug:entry>/", views.restore, name="restore"),
    path("saved/<slug:entry>/", views.saved, name="saved"),
    path("fields/", views.fields, name="fields"),
    path("document/", views.document, name="document"),
    path("history/", views.history, name="history"),
    path("as-of/", views.as_of, name="as_of"),
    path("bring-back/", views.bring_back, name="bring_back"),
    path("secret/", views.secret, name="secret"),
    path("reveal/", views.reveal, name="reveal"),
    path("rotate/", views.rotate, name="rotate"),
    path("secret/set/", views.set_secret, name="set_secret"),
    path("stage/", views.stage, name="stage"),
    path("staged/", views.staged, name="staged"),
    path("stored/", views.stored, name="stored"),
    path("activate/", views.activate, name="activate"),
    path("undo/", views.undo, name="undo"),
    path("drop/", views.drop, name="drop"),
    path("forget/", views.forget, name="forget"),
    path("lock/", views.lock, name="lock"),
    path("scopes/", views.scopes, name="scopes"),
    path("remove/", views.remove, name="remove"),
]
within: list[URLPattern | URLResolver] = [
    path("", views.listed, name="listed"),
    path("new/", views.new, name="new"),
    path("create/", views.create, name="create"),
    path("<number:client_id>/", include(one)),
]
selected: list[URLPattern | URLResolver] = [
    path("", views.bulk_action, name="bulk_action"),
    path("set/<str:setting>/", views.bulk_setting, name="bulk_setting"),
    path("preview/", views.bulk_preview, name="bulk_preview"),
]
many: list[URLPattern | URLResolver] = [
    path("", views.bulk, name="bulk"),
    path("<uuid:selection>/", include(selected)),
]
urlpatterns = [
    path("clients/", views.index, name="index"),
    path("clients/refresh/", views.refresh, name="refresh"),
    path("clients/bulk/", include(many)),
    path("clients/rotations/", views.rotations, name="rotations"),
    path("clients/overdue/", views.overdue, name="overdue"),
    path("clients/columns/", views.columns, name="columns"),
    path("services/<slug:region>/<number:service_id>/clients/", include(within)),
]

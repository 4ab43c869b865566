from django.urls import URLPattern, URLResolver, include, path

from console.clients import views

app_name = "clients"
one = [
    path("", views.show, name="show"),
    path("edit/<slug:section>/", views.edit, name="edit"),
    path("edit/<slug:section>/draft/", views.draft, name="draft"),
    path("discard/", views.discard, name="discard"),
    path("review/", views.review, name="review"),
    path("merge/", views.merge, name="merge"),
    path("saved/<slug:entry>/", views.saved, name="saved"),
    path("fields/", views.fields, name="fields"),
    path("document/", views.document, name="document"),
    path("history/", views.history, name="history"),
]
within: list[URLPattern | URLResolver] = [
    path("", views.listed, name="listed"),
    path("<number:client_id>/", include(one)),
]
urlpatterns = [
    path("clients/", views.index, name="index"),
    path("clients/refresh/", views.refresh, name="refresh"),
    path("clients/columns/", views.columns, name="columns"),
    path("services/<slug:region>/<number:service_id>/clients/", include(within)),
]

from django.urls import URLPattern, URLResolver, include, path

from console.batches import views

app_name = "batches"
batch_urls = [
    path("", views.show, name="show"),
    path("faults/", views.issues, name="issues"),
    path("replace/", views.replace, name="replace"),
    path("dry-run/", views.dry_run, name="dry_run"),
    path("submit/", views.submit, name="submit"),
    path("cancel/", views.cancel, name="cancel"),
    path("watch/", views.watch, name="watch"),
    path("settle/<int:position>/", views.resolve, name="resolve"),
]
service_urls = [path("new/", views.new, name="new"), path("adopt/", views.adopt, name="adopt")]
organization_urls: list[URLPattern | URLResolver] = [
    path("batches/", views.index, name="index"),
    path("batches/columns/", views.columns, name="columns"),
    path("batches/<uuid:batch>/", include(batch_urls)),
    path("services/<slug:region>/<number:service_id>/batches/", include(service_urls)),
]
urlpatterns = [
    path("<slug:organization>/", include(organization_urls)),
    path(
        "told/batches/<slug:home>/<slug:region>/<number:service_id>/<slug:key>/",
        views.notify,
        name="notify",
    ),
]

from django.urls import URLPattern, URLResolver, include, path

from console.batches import views

app_name = "batches"
one = [
    path("", views.show, name="show"),
    path("faults/", views.faults, name="faults"),
    path("replace/", views.replace, name="replace"),
    path("dry-run/", views.dry_run, name="dry_run"),
    path("submit/", views.submit, name="submit"),
    path("cancel/", views.cancel, name="cancel"),
    path("watch/", views.watch, name="watch"),
    path("settle/<int:position>/", views.settle, name="settle"),
]
of_a_service = [
    path("new/", views.new, name="new"),
    path("adopt/", views.adopt, name="adopt"),
]
of_an_organization: list[URLPattern | URLResolver] = [
    path("batches/", views.index, name="index"),
    path("batches/columns/", views.columns, name="columns"),
    path("batches/<uuid:batch>/", include(one)),
    path("services/<slug:region>/<number:service_id>/batches/", include(of_a_service)),
]
urlpatterns = [
    path("<slug:organization>/", include(of_an_organization)),
    path(
        "told/batches/<slug:home>/<slug:region>/<number:service_id>/<slug:key>/",
        views.told,
        name="told",
    ),
]

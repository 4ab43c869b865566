from django.urls import path

from console.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("access/", views.access_review, name="access_review"),
    path("export/", views.export, name="export"),
    path("export/file/", views.export_file, name="export_file"),
    path("packs/<uuid:pack>/", views.evidence_package, name="evidence_package"),
    path("verify/", views.verify, name="verify"),
    path("unknown/", views.unresolved, name="unresolved"),
    path("unknown/settle/", views.resolve_all, name="resolve_all"),
    path("kept/", views.retention, name="retention"),
    path("complete/", views.suggest, name="suggest"),
    path("<uuid:entry>/", views.entry, name="entry"),
    path("<uuid:entry>/settle/", views.resolve, name="resolve"),
]

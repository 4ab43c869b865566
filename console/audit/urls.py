from django.urls import path

from console.audit.views import entries, reports, unresolved

app_name = "audit"
urlpatterns = [
    path("", entries.index, name="index"),
    path("access/", reports.access_review, name="access_review"),
    path("export/", entries.export, name="export"),
    path("export/file/", reports.export_file, name="export_file"),
    path("packs/<uuid:package_id>/", entries.evidence_package, name="evidence_package"),
    path("verify/", entries.verify, name="verify"),
    path("unknown/", unresolved.unresolved, name="unresolved"),
    path("unknown/settle/", unresolved.resolve_all, name="resolve_all"),
    path("kept/", reports.retention, name="retention"),
    path("complete/", entries.suggest, name="suggest"),
    path("groups/<str:page>/", entries.group, name="group"),
    path("<uuid:entry>/", entries.entry, name="entry"),
    path("<uuid:entry>/settle/", unresolved.resolve, name="resolve"),
]

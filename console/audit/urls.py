from django.urls import path

from console.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("access/", views.access, name="access"),
    path("export/", views.export, name="export"),
    path("export/file/", views.file, name="file"),
    path("packs/<uuid:pack>/", views.pack, name="pack"),
    path("verify/", views.verify, name="verify"),
    path("unknown/", views.unknown, name="unknown"),
    path("unknown/settle/", views.settle_all, name="settle_all"),
    path("kept/", views.kept, name="kept"),
    path("complete/", views.complete, name="complete"),
    path("<uuid:entry>/", views.entry, name="entry"),
    path("<uuid:entry>/settle/", views.settle, name="settle"),
]

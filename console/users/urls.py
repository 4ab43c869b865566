from django.urls import path

from console.users import views

app_name = "users"
urlpatterns = [
    path("", views.index, name="index"),
    path("reveal/<uuid:entry>/", views.reveal, name="reveal"),
    path("<uuid:lookup>/", views.show, name="show"),
    path("<uuid:lookup>/export/", views.export, name="export"),
    path("<uuid:lookup>/regions/<slug:region>/", views.region, name="region"),
    path(
        "<uuid:lookup>/regions/<slug:region>/<number:service_id>/<number:client_id>/",
        views.revoke_app,
        name="revoke_app",
    ),
    path("<uuid:lookup>/revoke/", views.revoke_all, name="revoke_all"),
    path("receipts/<uuid:receipt>/", views.receipt, name="receipt"),
]

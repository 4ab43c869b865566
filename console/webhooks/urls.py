from django.urls import path

from console.webhooks import views

app_name = "webhooks"
HERE = "<slug:organization>/webhooks/"
ONE = f"{HERE}<uuid:webhook>/"
urlpatterns = [
    path(HERE, views.index, name="index"),
    path(f"{HERE}new/", views.new, name="new"),
    path(ONE, views.show, name="show"),
    path(f"{ONE}edit/", views.edit, name="edit"),
    path(f"{ONE}probe/", views.probe, name="probe"),
    path(f"{ONE}pause/", views.pause, name="pause"),
    path(f"{ONE}resume/", views.resume, name="resume"),
    path(f"{ONE}replay/", views.replay, name="replay"),
    path(f"{ONE}rotate/", views.rotate, name="rotate"),
    path(f"{ONE}remove/", views.remove, name="remove"),
]

from django.urls import path

from console.webhooks import views

app_name = "webhooks"
PREFIX = "<slug:organization>/webhooks/"
WEBHOOK_PREFIX = f"{PREFIX}<uuid:webhook>/"
urlpatterns = [
    path(PREFIX, views.index, name="index"),
    path(f"{PREFIX}new/", views.new, name="new"),
    path(WEBHOOK_PREFIX, views.show, name="show"),
    path(f"{WEBHOOK_PREFIX}edit/", views.edit, name="edit"),
    path(f"{WEBHOOK_PREFIX}probe/", views.send_test, name="send_test"),
    path(f"{WEBHOOK_PREFIX}pause/", views.pause, name="pause"),
    path(f"{WEBHOOK_PREFIX}resume/", views.resume, name="resume"),
    path(f"{WEBHOOK_PREFIX}replay/", views.replay, name="replay"),
    path(f"{WEBHOOK_PREFIX}rotate/", views.rotate, name="rotate"),
    path(f"{WEBHOOK_PREFIX}remove/", views.remove, name="remove"),
]

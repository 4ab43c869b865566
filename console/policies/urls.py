from django.urls import path

from console.policies import views

app_name = "policies"
PREFIX = "<slug:organization>/policies/"
POLICY_PREFIX = f"{PREFIX}<uuid:policy>/"
urlpatterns = [
    path(PREFIX, views.index, name="index"),
    path(f"{PREFIX}new/", views.new, name="new"),
    path(f"{POLICY_PREFIX}edit/", views.edit, name="edit"),
    path(f"{POLICY_PREFIX}remove/", views.remove, name="remove"),
]

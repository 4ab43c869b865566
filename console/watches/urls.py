from django.urls import path

from console.watches import views

app_name = "watches"
urlpatterns = [
    path("", views.index, name="index"),
    path("read/", views.mark_read, name="mark_read"),
    path("list/", views.watches, name="watches"),
    path("toggle/", views.toggle, name="toggle"),
    path("list/<uuid:watch>/", views.edit, name="edit"),
    path("jobs/", views.jobs, name="jobs"),
]

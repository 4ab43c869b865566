from django.urls import path

from console.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:job>/", views.show, name="show"),
    path("<uuid:job>/pause/", views.pause, name="pause"),
    path("<uuid:job>/resume/", views.resume, name="resume"),
    path("<uuid:job>/cancel/", views.cancel, name="cancel"),
    path("<uuid:job>/retry/", views.retry, name="retry"),
]

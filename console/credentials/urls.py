from django.urls import path

from console.credentials import views

app_name = "credentials"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:region>/", views.edit, name="edit"),
    path("<slug:region>/probe/", views.check, name="check"),
    path("<slug:region>/remove/", views.remove, name="remove"),
]

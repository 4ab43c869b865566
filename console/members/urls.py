from django.urls import path

from console.members import views

app_name = "members"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<number:pk>/", views.edit, name="edit"),
    path("<number:pk>/remove/", views.remove, name="remove"),
    path("<number:pk>/close/", views.close, name="close"),
    path("<number:pk>/reopen/", views.reopen, name="reopen"),
    path("<number:pk>/link/", views.password_link, name="password_link"),
    path("<number:pk>/factor/", views.reset_2fa, name="reset_2fa"),
]

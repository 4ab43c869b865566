from django.urls import path

from console.members import invitations, views

app_name = "members"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", invitations.new, name="new"),
    path("invitations/<number:pk>/resend/", invitations.resend, name="resend_invitation"),
    path("invitations/<number:pk>/withdraw/", invitations.withdraw, name="withdraw_invitation"),
    path("<number:pk>/", views.edit, name="edit"),
    path("<number:pk>/remove/", views.remove, name="remove"),
    path("<number:pk>/close/", views.close, name="close"),
    path("<number:pk>/reopen/", views.reopen, name="reopen"),
    path("<number:pk>/link/", invitations.password_link, name="password_link"),
    path("<number:pk>/factor/", views.reset_2fa, name="reset_2fa"),
]

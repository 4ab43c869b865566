from django.urls import path

from console.members.views import invitations, people

app_name = "members"
urlpatterns = [
    path("", people.index, name="index"),
    path("new/", invitations.new, name="new"),
    path(
        "invitations/<number:pk>/resend/", invitations.resend_invitation, name="resend_invitation"
    ),
    path(
        "invitations/<number:pk>/withdraw/",
        invitations.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("<number:pk>/", people.edit, name="edit"),
    path("<number:pk>/remove/", people.remove, name="remove"),
    path("<number:pk>/close/", people.close, name="close"),
    path("<number:pk>/reopen/", people.reopen, name="reopen"),
    path("<number:pk>/link/", invitations.password_link, name="password_link"),
    path("<number:pk>/factor/", people.reset_2fa, name="reset_2fa"),
]

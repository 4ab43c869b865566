"""What the sign-in library's own pages leave out."""

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse


def logout(request: HttpRequest) -> HttpResponse:
    """The library's page; once signed out, the browser drops what it kept of us.

    Cookies are left alone: the session's is gone, and the one that names a known
    browser has to outlive it.
    """
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response

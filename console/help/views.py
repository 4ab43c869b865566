"""What helps with the console itself; for everyone who is signed in."""

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from console.access import ConsoleRequest, signed_in_page
from console.help import samples
from console.page import answer, go
from console.theme import Theme, keep_theme
from tenants.models import Organization


@signed_in_page
def index(request: ConsoleRequest) -> HttpResponse:
    """What the words and marks of the console mean."""
    return answer(request, "help/index.html", {})


@signed_in_page
def organizations(request: ConsoleRequest) -> HttpResponse:
    """The organizations that one may switch to."""
    mine = Organization.objects.filter(membership__user=request.user).order_by("name")
    context = {"organizations": mine, "here": request.GET.get("here", "")}
    return answer(request, "help/organizations.html", context, part="switch")


@signed_in_page
def patterns(request: ConsoleRequest) -> HttpResponse:
    """Every component in every state, drawn by the partials that the pages use."""
    return answer(request, "help/patterns.html", samples.patterns())


@signed_in_page
def theme(request: ConsoleRequest) -> HttpResponse:
    """Choose light, dark, or as the system has it, for this browser."""
    chosen = request.POST.get("theme")
    if request.method != "POST" or chosen not in set(Theme):
        return answer(request, "help/theme.html", {})
    back = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    )
    response = go(request, back if ours else request.path)
    keep_theme(response, Theme(chosen))
    return response

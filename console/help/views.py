"""What helps with the console itself; for everyone who is signed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from console.access import ConsoleRequest, signed_in_page
from console.choices import THEME, ZONE, Theme, keep, zone_of, zones
from console.help import samples
from console.page import answer, go
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
    keep(response, THEME, chosen)
    return response


@signed_in_page
def zone(request: ConsoleRequest) -> HttpResponse:
    """Choose the time zone in which this browser tells times."""
    asked = request.POST.get("zone")
    if request.method == "POST" and asked in zones():
        messages.success(request, _("Times are told in this zone from now on."))
        response = go(request, request.path)
        keep(response, ZONE, asked)
        return response
    chosen = zone_of(request)
    context = {
        "chosen": chosen.key if chosen else "",
        "zones": zones(),
        "now": timezone.now(),
    }
    return answer(request, "help/zone.html", context)

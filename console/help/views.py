"""Help pages and display preferences, for everyone signed in."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from console.help import samples
from console.web.access import ConsoleRequest, signed_in_page
from console.web.navigation import page_in_organization
from console.web.preferences import (
    DISPLAY_PREFERENCES,
    save_preference,
    save_time_zone,
    selected_time_zone,
    time_zone_names,
)
from console.web.responses import redirect_to, render_page
from tenants.models import Membership
from tenants.organizations.roles import Role


@signed_in_page
def index(request: ConsoleRequest) -> HttpResponse:
    """Explain terms and symbols."""
    return render_page(request, "help/index.html", {})


@signed_in_page
def organizations(request: ConsoleRequest) -> HttpResponse:
    """List the user's organizations, with the current page in each."""
    memberships = Membership.objects.filter(user=request.user).select_related("organization")
    page = urlsplit(request.htmx.current_url_abs_path or "").path
    context = {
        "organizations": [
            (
                membership.organization,
                page_in_organization(page, membership.organization.slug, Role(membership.role)),
            )
            for membership in memberships.order_by("organization__name")
        ],
        "current": request.GET.get("current", ""),
    }
    return render_page(request, "help/organizations.html", context, part="switch")


@signed_in_page
def patterns(request: ConsoleRequest) -> HttpResponse:
    """Show every component in every state, rendered with the partials that pages use."""
    return render_page(request, "help/patterns.html", samples.pattern_context())


@signed_in_page
def display(request: ConsoleRequest) -> HttpResponse:
    """Choose the theme, the density of tables or the style of times of the account."""
    for name, (_label, choices) in DISPLAY_PREFERENCES.items():
        selected = request.POST.get(name)
        if selected in choices.values:
            response = redirect_to(request, _referring_page(request))
            save_preference(request.user, response, name, selected)
            return response
    return render_page(request, "help/display.html", {})


def _referring_page(request: ConsoleRequest) -> str:
    """Return the page of the console that a form was on."""
    referrer = request.headers.get("Referer", "")
    is_local = url_has_allowed_host_and_scheme(
        referrer, {request.get_host()}, require_https=request.is_secure()
    )
    return referrer if is_local else request.path


@signed_in_page
def zone(request: ConsoleRequest) -> HttpResponse:
    """Choose the time zone of displayed times."""
    requested = request.POST.get("zone")
    if request.method == "POST" and requested in time_zone_names():
        messages.success(request, _("Time zone saved."))
        save_time_zone(request.user, requested)
        return redirect_to(request, request.path)
    selected = selected_time_zone(request)
    context = {
        "chosen": requested or (selected.key if selected else ""),
        "is_unknown": bool(requested),
        "zones": time_zone_names(),
        "now": timezone.now(),
    }
    status = 422 if requested else 200
    return render_page(request, "help/zone.html", context, status=status)

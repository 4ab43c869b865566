from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.clients.listing.refresh import REFRESH_SECONDS, RefreshResult
from console.clients.listing.refresh import refresh_clients as read_anew
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import redirect_to, render_page
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def refresh(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Refresh the clients of all services in all regions."""
    back = reverse("clients:index", args=[member.organization.slug])
    if request.method == "POST":
        found = read_anew(member)
        tell = messages.success if found and found.is_complete else messages.warning
        tell(request, _result_message(found))
        return redirect_to(request, back)
    context = {"member": member, "back": back, "seconds": int(REFRESH_SECONDS)}
    return render_page(request, "clients/refresh.html", context)


def _result_message(found: RefreshResult | None) -> str:
    if found is None:
        return _("A refresh is already running. Try again in a moment.")
    read = ngettext(
        "Refreshed the clients of %(count)d service.",
        "Refreshed the clients of %(count)d services.",
        found.services_read,
    ) % {"count": found.services_read}
    if found.is_complete:
        return read
    return f"{read} {_('Some services did not respond. See the list for details.')}"

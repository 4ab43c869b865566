from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.access import ConsoleRequest, Member, organization_page
from console.clients.refreshing import SECONDS, Refreshed
from console.clients.refreshing import refresh as read_anew
from console.page import answer, go
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def refresh(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Read the clients of all services of all regions anew."""
    back = reverse("clients:index", args=[member.organization.slug])
    if request.method == "POST":
        found = read_anew(member)
        tell = messages.success if found and found.is_whole else messages.warning
        tell(request, _said(found))
        return go(request, back)
    context = {"member": member, "back": back, "seconds": int(SECONDS)}
    return answer(request, "clients/refresh.html", context)


def _said(found: Refreshed | None) -> str:
    if found is None:
        return _("Somebody is refreshing the list already. Look again in a moment.")
    read = ngettext(
        "The clients of %(count)d service were read.",
        "The clients of %(count)d services were read.",
        found.read,
    ) % {"count": found.read}
    if found.is_whole:
        return read
    return f"{read} {_('Not everything answered; the list says what.')}"

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
        whole = not (found.silent or found.failed or found.late)
        (messages.success if whole else messages.warning)(request, _said(found))
        return go(request, back)
    context = {"member": member, "back": back, "seconds": int(SECONDS)}
    return answer(request, "clients/refresh.html", context)


def _said(found: Refreshed) -> str:
    read = ngettext(
        "The clients of %(count)d service were read.",
        "The clients of %(count)d services were read.",
        found.read,
    ) % {"count": found.read}
    if found.silent or found.failed or found.late:
        return f"{read} {_('Not everything answered; the list says what.')}"
    return read

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse

from console.access import ConsoleRequest, Member, organization_page
from console.clients import rotating
from console.editing.secret_ages import overdue as find_overdue
from console.models import KnownClient, KnownService
from console.page import answer
from tenants.authlete.operation import Effect

SIZE = 50  # rows


@organization_page(Effect.READ)
def overdue(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Clients whose secrets are too old, the oldest first, as they were last seen."""
    found = find_overdue(member.organization)
    page = Paginator(found, SIZE).get_page(request.GET.get("page"))
    names = KnownService.objects.filter(organization=member.organization)
    services = {(one.region, one.service_id): one.name for one in names}
    open_ones = rotating.under_way(member.organization)
    known = KnownClient.objects.filter(organization=member.organization)
    shown = known.in_bulk([one.pk for one in page])
    rows = []
    for one in page:
        client = shown[one.pk]
        at = (client.region, client.service_id)
        rows.append(
            {
                "client": client,
                "place": f"{client.region}/{client.service_id}/{client.client_id}",
                "age": one.age,
                "service": services.get(at) or str(client.service_id),
                "rotation": open_ones.get((*at, client.client_id)),
            }
        )
    bulk = reverse("clients:bulk", args=[member.organization.slug])
    context = {
        "member": member,
        "bulk": bulk if member.may(Effect.REVEAL) else "",
        "rows": rows,
        "page": page,
        "days": settings.SECRET_MAX_AGE_DAYS,
        "is_known": known.exists(),
    }
    return answer(request, "clients/overdue.html", context)

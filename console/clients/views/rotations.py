from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse

from console.clients.rotation import lifecycle
from console.inventory.secret_age import list_overdue as find_overdue
from console.models import KnownClient, KnownService, Rotation
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect

ROTATIONS_PER_PAGE = 50  # rows


@organization_page(Effect.READ)
def rotations(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the open rotations, those that need action first."""
    found = lifecycle.open_rotations(member.organization).values()
    page = Paginator(sorted(found, key=_sort_key), ROTATIONS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    names = KnownService.objects.filter(organization=member.organization)
    services = {(one.region, one.service_id): one.name for one in names}
    rows = [
        {
            "rotation": one,
            "service": services.get((one.region, one.service_id)) or str(one.service_id),
        }
        for one in page
    ]
    context = {"member": member, "rows": rows, "page": page}
    return render_page(request, "clients/rotations.html", context)


def _sort_key(rotation: Rotation) -> tuple[bool, object]:
    return rotation.activated_at is not None, rotation.until


OVERDUE_PER_PAGE = 50  # rows


@organization_page(Effect.READ)
def overdue_secrets(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the clients with overdue secrets, oldest first."""
    found = find_overdue(member.organization)
    page = Paginator(found, OVERDUE_PER_PAGE).get_page(request.GET.get("page"))
    names = KnownService.objects.filter(organization=member.organization)
    services = {(one.region, one.service_id): one.name for one in names}
    open_ones = lifecycle.open_rotations(member.organization)
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
                "rotation": open_ones.get(ObjectRef(*at, client.client_id)),
            }
        )
    bulk = reverse("clients:bulk_select", args=[member.organization.slug])
    context = {
        "member": member,
        "bulk": bulk if member.can(Effect.REVEAL) else "",
        "rows": rows,
        "page": page,
        "days": settings.SECRET_MAX_AGE_DAYS,
        "is_known": known.exists(),
    }
    return render_page(request, "clients/overdue_secrets.html", context)

from django.core.paginator import Paginator
from django.http import HttpResponse

from console.access import ConsoleRequest, Member, organization_page
from console.clients import rotating
from console.models import KnownService, Rotation
from console.page import answer
from tenants.authlete.operation import Effect

SIZE = 50  # rows


@organization_page(Effect.READ)
def rotations(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Every rotation that is under way, those first that wait for somebody."""
    found = rotating.under_way(member.organization).values()
    page = Paginator(sorted(found, key=_order), SIZE).get_page(request.GET.get("page"))
    names = KnownService.objects.filter(organization=member.organization)
    services = {(one.region, one.service_id): one.name for one in names}
    rows = [
        {
            "rotation": one,
            "service": services.get((one.region, one.service_id))
            or str(one.service_id),
        }
        for one in page
    ]
    context = {"member": member, "rows": rows, "page": page}
    return answer(request, "clients/rotations.html", context)


def _order(rotation: Rotation) -> tuple[bool, object]:
    return rotation.activated_at is not None, rotation.until

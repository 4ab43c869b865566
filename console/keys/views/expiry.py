from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from console.access import ConsoleRequest, Member, organization_page
from console.editing.ages import age
from console.editing.ends import DAYS, End, What, ends
from console.keys.ending_words import reached
from console.keys.telling import recipients
from console.models import KnownService, ToldEnd
from console.page import answer
from tenants import mail
from tenants.authlete.operation import Effect
from tenants.roles import Right

SIZE = 50  # rows


@organization_page(Effect.READ)
def expiry(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What ends within 90 days or has ended, the first on top, and who was told."""
    found = ends(member.organization)
    now = timezone.now()
    counted = {days: sum(one.threshold(now) == days for one in found) for days in DAYS}
    within = request.GET.get("within", "")
    wanted = int(within) if within in map(str, DAYS) else None
    chosen = [one for one in found if wanted in (None, one.threshold(now))]
    page = Paginator(chosen, SIZE).get_page(request.GET.get("page"))
    told = _told(member, list(page))
    known = KnownService.objects.filter(organization=member.organization)
    context = {
        "member": member,
        "rows": [
            {
                "end": one,
                "path": path_of_end(member, one),
                "told": told.get((one.thing, one.ends_at)),
                "days": one.threshold(now),
            }
            for one in page
        ],
        "page": page,
        "all": len(found),
        "within": wanted,
        "chips": [
            (days, reached(days), counted[days]) for days in DAYS if counted[days]
        ],
        "ages": [age(region, known) for region in member.regions()],
        "mails": mail.is_on(),
        "readers": recipients(member.organization),
    }
    return answer(request, "keys/expiry.html", context)


def path_of_end(member: Member, end: End) -> str:
    """Where something can be done about it."""
    at = [member.organization.slug, end.region]
    match end.what:
        case What.CREDENTIAL:
            may = member.may(Right.MANAGE)
            return reverse("credentials:edit", args=at) if may else ""
        case What.SECRET:
            return reverse("clients:secret", args=[*at, end.service_id, end.client_id])
        case _ if end.client_id:
            return reverse("clients:show", args=[*at, end.service_id, end.client_id])
        case _:
            return reverse("services:show", args=[*at, end.service_id])


def _told(member: Member, shown: list[End]) -> dict[tuple[str, object], ToldEnd]:
    """The last mail that told of each."""
    rows = ToldEnd.objects.filter(
        organization=member.organization,
        thing__in=[one.thing for one in shown],
        digest__sent_at__isnull=False,
    ).select_related("digest")
    return {(one.thing, one.ends_at): one for one in rows.order_by("-days")}

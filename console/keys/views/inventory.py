from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from console.inventory.expiry import (
    WARNING_DAYS,
    ExpiringItem,
    ExpiryKind,
    list_expiring,
)
from console.inventory.freshness import region_freshness
from console.inventory.services import list_services
from console.keys.inventory.expiry_digest import find_recipients, threshold_label
from console.keys.inventory.export import export_csv
from console.keys.inventory.query import FACET_LABELS, FACETS, PAGE_SIZES, KeyQuery
from console.keys.inventory.search import KeyInventory
from console.models import KnownService, ToldEnd
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission
from tenants.outbound import mail


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """Every key and certificate over all regions, the first to end on top.

    Services are asked now; what clients registered is shown as it was last seen.
    """
    silent = list_services(member).silent
    inventory = KeyInventory(member, frozenset(one.region.name for one in silent))
    asked = KeyQuery(request.GET, member.regions())
    shown = inventory.page(asked)
    if asked.download == "csv" and not asked.query.problem:
        rows = inventory.iterate(asked)
        return export_csv(member, rows, shown.page.paginator.count, asked.filter_query)
    page = shown.page
    links = {name: asked.facet_links(name, shown.counts[name]) for name in FACETS}
    context = {
        "member": member,
        "asked": asked,
        "query": asked.query,
        "shown": shown,
        "page": page,
        "silent": silent,
        "ages": inventory.sync_ages(),
        "quick": links["kind"] + [one for one in links["mark"] if one.id == "mark-any"],
        "facets": [(name, FACET_LABELS[name], links[name]) for name in FACETS[1:]],
        "chips": list(asked.active_filters()),
        "previous": _page_url(request, page.number - 1) if page.has_previous() else "",
        "next": _page_url(request, page.number + 1) if page.has_next() else "",
        "sizes": PAGE_SIZES,
    }
    return render_page(request, "keys/index.html", context, part="list")


def _page_url(request: ConsoleRequest, number: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"


EXPIRING_PER_PAGE = 50  # rows


@organization_page(Effect.READ)
def expiry(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What ends within 90 days or has ended, the first on top, and who was told."""
    found = list_expiring(member.organization)
    now = timezone.now()
    counted = {
        days: sum(one.reached_warning_days(now) == days for one in found) for days in WARNING_DAYS
    }
    within = request.GET.get("within", "")
    wanted = int(within) if within in map(str, WARNING_DAYS) else None
    chosen = [one for one in found if wanted in (None, one.reached_warning_days(now))]
    page = Paginator(chosen, EXPIRING_PER_PAGE).get_page(request.GET.get("page"))
    told = _sent_notices(member, list(page))
    known = KnownService.objects.filter(organization=member.organization)
    context = {
        "member": member,
        "rows": [
            {
                "end": one,
                "path": expiring_item_path(member, one),
                "told": told.get((one.key, one.ends_at)),
                "days": one.reached_warning_days(now),
            }
            for one in page
        ],
        "page": page,
        "all": len(found),
        "within": wanted,
        "chips": [
            (days, threshold_label(days), counted[days]) for days in WARNING_DAYS if counted[days]
        ],
        "ages": [region_freshness(region, known) for region in member.regions()],
        "mails": mail.is_enabled(),
        "readers": find_recipients(member.organization),
    }
    return render_page(request, "keys/expiry.html", context)


def expiring_item_path(member: Member, item: ExpiringItem) -> str:
    """Where something can be done about it."""
    at = [member.organization.slug, item.region]
    match item.kind:
        case ExpiryKind.CREDENTIAL:
            may = member.can(ConsolePermission.ADMINISTRATION)
            return reverse("credentials:edit", args=at) if may else ""
        case ExpiryKind.SECRET:
            return reverse("clients:secret", args=[*at, item.service_id, item.client_id])
        case _ if item.client_id:
            return reverse("clients:show", args=[*at, item.service_id, item.client_id])
        case _:
            return reverse("services:show", args=[*at, item.service_id])


def _sent_notices(member: Member, items: list[ExpiringItem]) -> dict[tuple[str, object], ToldEnd]:
    """The last mail that told of each."""
    rows = ToldEnd.objects.filter(
        organization=member.organization,
        thing__in=[one.key for one in items],
        digest__sent_at__isnull=False,
    ).select_related("digest")
    return {(one.thing, one.ends_at): one for one in rows.order_by("-days")}

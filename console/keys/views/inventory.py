"""Pages about all keys of an organization, and about what expires soon."""

from collections import Counter

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

EXPIRING_PER_PAGE = 50


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List all keys and certificates in all regions, the next to expire first.

    Services are fetched now; keys of clients come from the last sync.
    """
    failed_regions = list_services(member).silent
    inventory = KeyInventory(member, frozenset(failed.region.name for failed in failed_regions))
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
        "failed_regions": failed_regions,
        "ages": inventory.sync_ages(),
        "quick": links["kind"] + [link for link in links["mark"] if link.id == "mark-any"],
        "facets": [(name, FACET_LABELS[name], links[name]) for name in FACETS[1:]],
        "chips": list(asked.active_filters()),
        "previous": _page_url(request, page.number - 1) if page.has_previous() else "",
        "next": _page_url(request, page.number + 1) if page.has_next() else "",
        "sizes": PAGE_SIZES,
    }
    return render_page(request, "keys/index.html", context, part="list")


def _page_url(request: ConsoleRequest, number: int) -> str:
    params = request.GET.copy()
    params["page"] = str(number)
    return f"?{params.urlencode()}"


@organization_page(Effect.READ)
def expiry(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List what has expired or expires within 90 days, and the notices sent about it."""
    now = timezone.now()
    items = [(item, item.reached_warning_days(now)) for item in list_expiring(member.organization)]
    counts = Counter(days for _item, days in items)
    within = request.GET.get("within", "")
    threshold = int(within) if within in map(str, WARNING_DAYS) else None
    selected = [(item, days) for item, days in items if threshold in (None, days)]
    page = Paginator(selected, EXPIRING_PER_PAGE).get_page(request.GET.get("page"))
    notices = _sent_notices(member, [item for item, _days in page])
    known = KnownService.objects.filter(organization=member.organization)
    context = {
        "member": member,
        "rows": [
            {
                "item": item,
                "path": expiring_item_path(member, item),
                "notice": notices.get((item.key, item.ends_at)),
                "days": days,
            }
            for item, days in page
        ],
        "page": page,
        "all": len(items),
        "within": threshold,
        "chips": [
            (days, threshold_label(days), counts[days]) for days in WARNING_DAYS if counts[days]
        ],
        "ages": [region_freshness(region, known) for region in member.regions()],
        "mails": mail.is_enabled(),
        "readers": find_recipients(member.organization),
    }
    return render_page(request, "keys/expiry.html", context)


def expiring_item_path(member: Member, item: ExpiringItem) -> str:
    """Return the path of the page where an item can be renewed."""
    region_args = [member.organization.slug, item.region]
    match item.kind:
        case ExpiryKind.CREDENTIAL:
            is_admin = member.can(ConsolePermission.ADMINISTRATION)
            return reverse("credentials:edit", args=region_args) if is_admin else ""
        case ExpiryKind.SECRET:
            return reverse("clients:secret", args=[*region_args, item.service_id, item.client_id])
        case _ if item.client_id:
            return reverse("clients:show", args=[*region_args, item.service_id, item.client_id])
        case _:
            return reverse("services:show", args=[*region_args, item.service_id])


def _sent_notices(member: Member, items: list[ExpiringItem]) -> dict[tuple[str, object], ToldEnd]:
    """Return the last sent notice of each item."""
    notices = ToldEnd.objects.filter(
        organization=member.organization,
        thing__in=[item.key for item in items],
        digest__sent_at__isnull=False,
    ).select_related("digest")
    return {(notice.thing, notice.ends_at): notice for notice in notices.order_by("-days")}

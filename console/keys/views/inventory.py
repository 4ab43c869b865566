"""Pages about all keys of an organization, and about what expires soon."""

from collections import Counter
from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from console.inventory.coverage import organization_coverage
from console.inventory.expiry import WARNING_DAYS, ExpiringItem, ExpiryKind, list_expiring
from console.inventory.services import list_services
from console.inventory.sync import region_freshness
from console.keys.inventory.expiry_digest import find_recipients, threshold_label
from console.keys.inventory.rows import EXPORT_FIELDS
from console.keys.inventory.search import ANY_ISSUE, ISSUE_FACET, KeyInventory, parse_request
from console.lists.export import export_rows
from console.lists.request import list_context
from console.models import ExpiryNotice, KnownService
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.audit.events import KEYS_EXPORTED
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
    list_request = parse_request(request.GET, member.regions())
    page = inventory.page(list_request)
    if list_request.download == "csv" and not list_request.query.problem:
        return export_rows(
            request,
            member,
            KEYS_EXPORTED,
            "keys",
            EXPORT_FIELDS,
            inventory.iterate(list_request),
            count=page.total,
            filter_query=list_request.filter_query,
            file_format="csv",
        )
    issues = [
        replace(link, label=str(ISSUE_FACET.label))
        for link in list_request.facet_links(ISSUE_FACET, page.facet_counts)
        if link.id == f"{ISSUE_FACET.name}-{ANY_ISSUE}"
    ]
    context = list_context(request, list_request, page)
    context |= {
        "member": member,
        "failed_regions": failed_regions,
        "ages": inventory.sync_ages(),
        "coverage": inventory.coverage(),
        "quick": context["quick"] + issues,
    }
    return render_page(request, "keys/index.html", context, part="list")


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
    services = KnownService.objects.filter(organization=member.organization)
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
        "ages": [region_freshness(region, services) for region in member.regions()],
        "coverage": organization_coverage(
            member.organization, [region.name for region in member.regions()]
        ),
        "mail_is_enabled": mail.is_enabled(),
        "recipients": find_recipients(member.organization),
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


def _sent_notices(
    member: Member, items: list[ExpiringItem]
) -> dict[tuple[str, object], ExpiryNotice]:
    """Return the last sent notice of each item."""
    notices = ExpiryNotice.objects.filter(
        organization=member.organization,
        object_key__in=[item.key for item in items],
        digest__sent_at__isnull=False,
    ).select_related("digest")
    return {(notice.object_key, notice.ends_at): notice for notice in notices.order_by("-days")}

"""The list of what expires soon."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.inventory.coverage import organization_coverage
from console.inventory.expiry import (
    EXPIRY_KIND_LABELS,
    WARNING_DAYS,
    ExpiringItem,
    list_expiring,
    renewal_path,
)
from console.inventory.sync import region_freshness
from console.keys.inventory.expiry_digest import find_recipients, threshold_label
from console.lists.definition import ListDefinition, render_list
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import ExpiryNotice, KnownService
from console.web.access import ConsoleRequest, Member, organization_page
from tenants.authlete.operation import Effect
from tenants.organizations.regions import REGION_TITLES
from tenants.outbound import mail


@dataclass(slots=True)
class ExpiringRow:
    """An item, the smallest reached warning in days, and the last notice sent about it."""

    member: Member
    item: ExpiringItem
    days: int | None
    notice: ExpiryNotice | None = None

    @property
    def path(self) -> str:
        """The path of the page where the item can be renewed."""
        return renewal_path(self.member, self.item)


def _load_notices(rows: Sequence[ExpiringRow]) -> None:
    """Set the last sent notice of each row."""
    keys = {row.item.key for row in rows}
    notices = ExpiryNotice.objects.filter(
        organization__in={row.member.organization.pk for row in rows},
        digest__sent_at__isnull=False,
        ends_at__gte=min((row.item.ends_at for row in rows), default=timezone.now()),
    ).select_related("digest")
    last = {
        (notice.object_key, notice.ends_at): notice
        for notice in notices.order_by("-days")
        if notice.object_key in keys
    }
    for row in rows:
        row.notice = last.get((row.item.key, row.item.ends_at))


EXPIRING = ListDefinition[ExpiringRow](
    "expiring",
    _("Expiring soon"),
    _("Search expiring items by name, kind or owner"),
    _("Name, kind or owner"),
    columns=(
        ListColumn("item", _("Item"), lambda row: row.item.title.casefold()),
        ListColumn("owner", _("Owner"), lambda row: (row.item.region, row.item.owner.casefold())),
        ListColumn("expires", _("Expires"), lambda row: row.item.ends_at),
        ListColumn("email", _("Last email"), lambda row: row.days, is_sortable=False),
    ),
    facets=(
        Facet(
            "within",
            _("Expires"),
            lambda row: [str(row.days)],
            {str(days): threshold_label(days) for days in WARNING_DAYS},
            is_single=True,
            is_quick=True,
        ),
        Facet("kind", _("Kind"), lambda row: [row.item.kind], EXPIRY_KIND_LABELS),
        Facet("region", _("Region"), lambda row: [row.item.region], REGION_TITLES),
    ),
    text=lambda row: f"{row.item.name} {row.item.kind_label} {row.item.owner}",
    fields={
        "kind": lambda row: row.item.kind,
        "name": lambda row: row.item.name,
        "region": lambda row: row.item.region,
        "service_id": lambda row: row.item.service_id or "",
        "client_id": lambda row: row.item.client_id or "",
        "owner": lambda row: row.item.owner,
        "expires_at": lambda row: iso_time(row.item.ends_at),
        "last_email_at": lambda row: iso_time(row.notice.digest.sent_at) if row.notice else "",
    },
    prepare=_load_notices,
)


@organization_page(Effect.READ)
def expiry(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List what has expired or expires within 90 days, and the notices sent about it."""
    now, organization, regions = timezone.now(), member.organization, member.regions()
    services = KnownService.objects.filter(organization=organization)
    rows = [
        ExpiringRow(member, item, item.reached_warning_days(now))
        for item in list_expiring(organization)
    ]
    context = {
        "ages": [region_freshness(region, services) for region in regions],
        "coverage": organization_coverage(organization, [region.name for region in regions]),
        "mail_is_enabled": mail.is_enabled(),
        "recipients": find_recipients(organization),
    }
    return render_list(request, member, EXPIRING, rows, "keys/expiry.html", context)

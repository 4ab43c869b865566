"""The start page and the dashboard of an organization."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse

from console.audit_log import suggestions
from console.audit_log.entry_groups import build_group_rows
from console.audit_log.search_form import WRITE_EFFECTS
from console.dashboard.charts import dashboard_charts
from console.history.entries import GROUP_PARAM
from console.history.groups import entry_path, expand_group, group_query
from console.inventory.coverage import organization_coverage
from console.inventory.expiry import list_expiring, renewal_path
from console.inventory.secret_age import count_overdue
from console.inventory.services import count_open_rollovers, recently_ended_batches
from console.models import VerificationRun
from console.models.twins import drifted_twins
from console.models.webhooks import late_webhooks
from console.web.access import ConsoleRequest, Member, organization_page, signed_in_page
from console.web.dismissals import dismiss, is_dismissed
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved
from tenants.audit.search.entries import MAX_COUNTED, count_entries
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.groups import search_groups
from tenants.authlete.operation import Effect
from tenants.models import Membership
from tenants.organizations.regions import get_regions
from tenants.organizations.roles import ConsolePermission

MAX_RECENT_ENTRIES = 8
MAX_EXPIRING = 5
OVERDUE_NOTICE = "overdue-secrets"
MAX_ENTRIES_SCANNED = 500  # entries among which the last call to a region is looked for


@signed_in_page
def home(request: ConsoleRequest) -> HttpResponse:
    """List the user's organizations, or redirect to the only one."""
    memberships = (
        Membership.objects.filter(user=request.user.pk)
        .select_related("organization")
        .order_by("organization__name")
    )
    if len(memberships) == 1:
        slug = memberships[0].organization.slug
        return redirect_to(request, reverse("dashboard:index", args=[slug]))
    return render_page(request, "dashboard/home.html", {"memberships": memberships})


@organization_page(Effect.READ)
def dismiss_overdue(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Hide the notice about overdue secrets until there are more."""
    if request.method != "POST":
        return render_page(request, "dashboard/dismiss_overdue.html", {"member": member})
    dismiss(member, OVERDUE_NOTICE, count_overdue(member.organization))
    return redirect_to(request, reverse("dashboard:index", args=[member.organization.slug]))


@organization_page(None)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Show the organization's dashboard from local data, without calls."""
    context: dict[str, object] = {"member": member}
    group = request.GET.get(GROUP_PARAM, "") if member.can(Effect.READ) else ""
    if group:
        expanded = expand_group(request, member, _recent_filters(member), group)
        context["expanded_group"] = expanded
        if request.htmx:
            return render_page(request, "audit/group_entries.html", context)
    if member.can(Effect.READ):
        overdue = count_overdue(member.organization)
        expiring_items = list_expiring(member.organization)
        context |= {
            "region_rows": _region_rows(member),
            "recent": [] if group else _recent_rows(member),
            "overdue": overdue,
            "shows_overdue": overdue and not is_dismissed(member, OVERDUE_NOTICE, overdue),
            "expiring_items": expiring_items,
            "expiring_rows": [
                (item, renewal_path(member, item)) for item in expiring_items[:MAX_EXPIRING]
            ],
            "expired_items": [item for item in expiring_items if item.has_expired],
            "coverage": organization_coverage(
                member.organization, [region.name for region in member.regions()]
            ),
            "charts": dashboard_charts(member, expiring_items) if member.regions() else None,
            "drifted_twins": drifted_twins(
                member.organization, [region.name for region in member.regions()]
            ).count(),
            "rollovers": count_open_rollovers(member.organization),
            "batches": recently_ended_batches(member.organization, member.user),
        }
    if member.can(ConsolePermission.ADMINISTRATION):
        context["webhooks"] = late_webhooks(member.organization)
    if member.can(ConsolePermission.AUDIT_LOG):
        runs = VerificationRun.objects.filter(organization=member.organization)
        context |= {
            "entry_count": count_entries(member.organization.pk),
            "unknown": find_unresolved(member.organization.pk)[: MAX_COUNTED + 1].count(),
            "max_count": MAX_COUNTED,
            "verification": runs.first(),
            "saved": list(suggestions.preset_searches(member)),
            "pinned_searches": list(suggestions.pinned_searches(member)),
        }
    return render_page(request, "dashboard/index.html", context)


def _region_rows(member: Member) -> list[dict[str, object]]:
    """Return the regions, whether they have a credential, and the state of the last call."""
    credentials = {
        credential.region: credential for credential in member.organization.credential_set.all()
    }
    last: dict[str, AuditEntry] = {}
    calls = _entries(member).values_list("region", "path", "at", "outcome")[:MAX_ENTRIES_SCANNED]
    for region, path, logged_at, outcome in calls:
        if path and region not in last:  # a local event has none
            last[region] = AuditEntry(at=logged_at, outcome=outcome)
    return [
        {
            "region": region,
            "credential": credentials.get(name),
            "last": last.get(name) if name in credentials else None,
        }
        for name, region in get_regions().items()
    ]


def _recent_filters(member: Member) -> EntryFilters:
    """Return the filters of the newest changes, rejections and reveals.

    Without access to the audit log: only entries about calls to Authlete.
    """
    calls_only = not member.can(ConsolePermission.AUDIT_LOG)
    return EntryFilters(effects=WRITE_EFFECTS, calls_only=calls_only)


def _recent_rows(member: Member) -> list[dict[str, object]]:
    """Return the newest changes, those of one request or job as one."""
    organization = member.organization.pk
    groups = search_groups(organization, _recent_filters(member), size=MAX_RECENT_ENTRIES).rows
    return [
        {
            "row": row,
            "path": entry_path(member, row.entry),
            "group_path": group_query(row.group.page) if row.group else "",
        }
        for row in build_group_rows(organization, groups)
    ]


def _entries(member: Member) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(organization_id=member.organization.pk)

"""The start page and the dashboard of an organization."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from console.audit_log import suggestions
from console.audit_log.operation_labels import label_name, render_label
from console.history.entries import entry_page_path
from console.inventory.coverage import organization_coverage
from console.inventory.expiry import list_expiring
from console.inventory.secret_age import count_overdue
from console.inventory.services import count_open_rollovers, recently_ended_batches
from console.models import Verdict
from console.models.webhooks import late_webhooks
from console.web.access import ConsoleRequest, Member, organization_page, signed_in_page
from console.web.dismissals import dismiss, is_dismissed
from console.web.navigation import optional_path
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.reconciliation.resolutions import find_unresolved
from tenants.audit.search.entries import MAX_COUNTED
from tenants.authlete.operation import Effect
from tenants.models import Membership
from tenants.organizations.regions import get_regions
from tenants.organizations.roles import ConsolePermission

MAX_RECENT_ENTRIES = 8  # entries that are shown
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
    if member.can(Effect.READ):
        overdue = count_overdue(member.organization)
        expiring_items = list_expiring(member.organization)
        context |= {
            "region_rows": _region_rows(member),
            "recent": _recent_entries(member),
            "overdue": overdue,
            "shows_overdue": overdue and not is_dismissed(member, OVERDUE_NOTICE, overdue),
            "expiring_items": expiring_items,
            "expired_items": [item for item in expiring_items if item.has_expired],
            "coverage": organization_coverage(
                member.organization, [region.name for region in member.regions()]
            ),
            "rollovers": count_open_rollovers(member.organization),
            "batches": recently_ended_batches(member.organization, member.user),
        }
    if member.can(ConsolePermission.ADMINISTRATION):
        context["webhooks"] = late_webhooks(member.organization)
    if member.can(ConsolePermission.AUDIT_LOG):
        verdicts = Verdict.objects.filter(organization=member.organization)
        context |= {
            "chain": AuditHead.objects.first(),
            "unknown": find_unresolved(member.organization.pk)[: MAX_COUNTED + 1].count(),
            "max_count": MAX_COUNTED,
            "verification": verdicts.first(),
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
    for region, path, at, outcome in calls:
        if path and region not in last:  # a local event has none
            last[region] = AuditEntry(at=at, outcome=outcome)
    return [
        {
            "region": region,
            "credential": credentials.get(name),
            "last": last.get(name) if name in credentials else None,
        }
        for name, region in get_regions().items()
    ]


def _recent_entries(member: Member) -> list[dict[str, object]]:
    """Return the newest changes, rejections and reveals.

    Without access to the audit log: only entries about calls to Authlete.
    """
    entries = _entries(member).exclude(effect=Effect.READ)
    if not member.can(ConsolePermission.AUDIT_LOG):
        entries = entries.exclude(path="")  # a local event has none
    return [
        {"entry": entry, "description": _describe(entry), "path": _entry_url(member, entry)}
        for entry in entries[:MAX_RECENT_ENTRIES]
    ]


def _entry_url(member: Member, entry: AuditEntry) -> str:
    """Return the URL of the entry, or of its change without access to the log."""
    if member.can(ConsolePermission.AUDIT_LOG):
        return optional_path("audit:entry", member.organization.slug, entry.entry)
    return entry_page_path(entry, "change") if entry.effect != Effect.READ else ""


def _describe(entry: AuditEntry) -> SafeString:
    name = entry.label or entry.object or entry.client or entry.service or "–"
    return render_label(label_name(entry), name)


def _entries(member: Member) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(organization_id=member.organization.pk)

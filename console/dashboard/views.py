"""Where somebody arrives: at their organizations, and in one of them."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from console import offered, once
from console.access import ConsoleRequest, Member, organization_page, signed_in_page
from console.editing.batches import ended
from console.editing.ends import ends
from console.editing.history import path_about
from console.editing.rollovers import under_way
from console.editing.secret_ages import count_overdue
from console.models import Verdict
from console.models.webhooks import late
from console.navigation import path_of
from console.operations import deed_of, told
from console.page import answer, go
from tenants.audit.lost.settling import unknown
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.search import MOST
from tenants.authlete.errors import Outcome
from tenants.authlete.operation import Effect
from tenants.models import Membership
from tenants.regions import regions
from tenants.roles import Right

RECENT = 8  # entries that are shown
LATELY = 500  # entries among which the last call to a region is looked for


@signed_in_page
def home(request: ConsoleRequest) -> HttpResponse:
    """The organizations of who asks; a single one opens by itself."""
    found = (
        Membership.objects.filter(user=request.user.pk)
        .select_related("organization")
        .order_by("organization__name")
    )
    if len(found) == 1:
        slug = found[0].organization.slug
        return go(request, reverse("dashboard:index", args=[slug]))
    return answer(request, "dashboard/home.html", {"memberships": found})


@organization_page(None)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What this member looks after, told from what is kept here: nobody is called."""
    context: dict[str, object] = {"member": member}
    if member.may(Effect.READ):
        context |= {
            "places": _places(member),
            "recent": _recent(member),
            "overdue": count_overdue(member.organization),
            "ending": ends(member.organization),
            "rollovers": under_way(member.organization),
            "batches": ended(member.organization, member.user),
        }
    if member.may(Right.MANAGE):
        context["webhooks"] = late(member.organization)
    if member.may(Right.RECORD):
        verdicts = Verdict.objects.filter(organization=member.organization)
        context |= {
            "chain": AuditHead.objects.first(),
            "unknown": unknown(member.organization.pk)[: MOST + 1].count(),
            "most": MOST,
            "verdict": verdicts.first(),
            "saved": list(offered.often(member)),
            "pinned": list(offered.pinned(member)),
            "once": once.fresh(),
        }
    return answer(request, "dashboard/index.html", context)


def _places(member: Member) -> list[dict[str, object]]:
    """Every region, whether there is a credential, and how the last call to it went."""
    held = {one.region: one for one in member.organization.credential_set.all()}
    last: dict[str, AuditEntry] = {}
    calls = _entries(member).values_list("region", "path", "at", "outcome")[:LATELY]
    for region, path, at, outcome in calls:
        if path and region not in last:  # a local event has none
            last[region] = AuditEntry(at=at, outcome=outcome)
    return [
        {"region": region, "credential": held.get(name), "last": last.get(name)}
        for name, region in regions().items()
    ]


def _recent(member: Member) -> list[dict[str, object]]:
    """The newest changes, refusals and reveals.

    Who may not read the record sees what became of services, and not what happened
    here: members, credentials and denials.
    """
    entries = _entries(member).exclude(effect=Effect.READ)
    if not member.may(Right.RECORD):
        entries = entries.exclude(path="")  # a local event has none
    return [
        {"entry": one, "what": _what(one), "path": _path(member, one)}
        for one in entries[:RECENT]
    ]


def _path(member: Member, entry: AuditEntry) -> str:
    """To the entry in the record, or for who may not read that, to what it did."""
    if member.may(Right.RECORD):
        return path_of("audit:entry", member.organization.slug, entry.entry)
    return path_about(entry, "saved") if entry.effect != Effect.READ else ""


def _what(entry: AuditEntry) -> SafeString:
    thing = entry.label or entry.object or entry.client or entry.service or "–"
    return told(deed_of(entry), thing, is_done=entry.outcome == Outcome.DONE)


def _entries(member: Member) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(organization_id=member.organization.pk)

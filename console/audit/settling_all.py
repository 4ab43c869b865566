"""Having a worker look at many calls whose outcome is unknown, and settle those that
can be told."""

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.access import Member
from console.audit.lines import Names, names_of, object_of
from console.audit.telling import veiled
from console.operations import deed_of, title
from tenants.audit.events import AUDIT_SETTLE
from tenants.audit.lost.found import Verdict
from tenants.audit.lost.rules import UNRULED
from tenants.audit.lost.settling import settle, unknown
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import (
    Distrusted,
    Outcome,
    Unauthorized,
    Undecided,
    Unsendable,
)
from tenants.jobs.endings import allowed, worker
from tenants.jobs.kinds import Later, Result, handler
from tenants.jobs.models import TO_DO, Fate, Item, Job
from tenants.jobs.steering import NewItem, start
from tenants.jobs.work import Work
from tenants.reconciling import found
from tenants.roles import Right

KIND = "audit.settle"
AT_ONCE = 8
DONE = gettext_lazy("It was done: %s")
NOT_DONE = gettext_lazy("It was not done: %s")
KNOWN = gettext_lazy("Its outcome is known by now.")


def ask(
    member: Member, entries: QuerySet[AuditEntry], *, reason: str, ticket: str
) -> Job:
    """Have a worker look at these, the oldest first."""
    home = member.organization
    lost = list(entries.reverse())
    names = names_of(home.pk, lost)
    said = ngettext(
        "Settle %(count)d unknown outcome",
        "Settle %(count)d unknown outcomes",
        len(lost),
    )
    return start(
        member.who,
        home,
        KIND,
        said % {"count": len(lost)},
        [
            NewItem(
                one.region,
                label=_label(one, names),
                what={"entry": one.entry},
            )
            for one in lost
        ],
        reason=reason,
        ticket=ticket,
    )


def _label(entry: AuditEntry, names: Names) -> str:
    """What it was to do; every reader of the job sees it, so it names no subject."""
    told = veiled(entry)
    return title(deed_of(told), object_of(told, names), is_done=False)


def summary(job: Job) -> Iterable[tuple[str, int]]:
    """What came of it, by what the record says now."""
    home = job.organization_id
    settled = AuditEntry.objects.filter(
        organization_id=home,
        operation=AUDIT_SETTLE.name,
        page=str(job.pk),
        page__gt="",
    )
    ends = AuditEntry.objects.filter(
        organization_id=home, entry__in=settled.values("object")
    )
    counts = dict(ends.order_by().values_list("outcome").annotate(Count("seq")))
    items = Item.objects.filter(job=job)
    tried = items.filter(state=Fate.NOT_SENT)
    left = Exists(unknown(home).filter(entry=OuterRef("entry")))
    people = tried.filter(left).count()
    looked = Q(tries__gt=0) | Q(again_at__isnull=False)
    waiting = items.filter(looked, state__in=TO_DO).count()
    yield _("settled as done"), counts.get(Outcome.DONE, 0)
    yield _("settled as not done"), counts.get(Outcome.NOT_DONE, 0)
    yield _("for a person to decide"), people
    yield _("cannot be told now"), tried.exclude(left).count() + waiting


@handler(KIND, effect=Right.MANAGE, at_once=AT_ONCE, summary=summary)
def settle_one(work: Work, item: Item) -> Result:
    """Look at one call, and settle it where that tells; it may be begun again."""
    home = work.job.organization_id
    entry = unknown(home).filter(entry=item.what["entry"]).first()
    if entry is None:
        return Result(str(KNOWN), changed=False)
    try:
        finding = found(entry, work.connect(item.region)) if item.region else UNRULED
    except (Unauthorized, Distrusted) as error:
        # A credential of one region must not hold up the others.
        refused = Unsendable(error.message)
        refused.request_id = error.request_id
        raise refused from None
    if finding.verdict is Verdict.NOT_YET:
        raise Later(finding.wait)
    outcome = finding.verdict.outcome
    if outcome is None:
        undecided = Undecided(str(finding.said))
        undecided.request_id = entry.entry
        raise undecided
    who = allowed(work.job, Right.MANAGE) or worker(work.job)
    why = {"reason": work.job.reason, "ticket": work.job.ticket}
    if not settle(who, entry, outcome, str(finding.said), **why):
        return Result(str(KNOWN), changed=False)
    item.entry = entry.entry
    told = DONE if finding.verdict is Verdict.DONE else NOT_DONE
    return Result(told % finding.said)

"""Having the record verified by a worker, and what is known of its checkpoints."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from console.access import Member
from console.models import Verdict
from tenants.alerts import alert
from tenants.audit import anchored, anchors
from tenants.audit.anchored import NoAnchor
from tenants.audit.checkpoints import Checkpoint
from tenants.audit.events import AUDIT_VERIFY
from tenants.audit.models import AuditSink
from tenants.audit.notes import note
from tenants.audit.report import Report, Unreadable
from tenants.audit.verify import verify
from tenants.authlete.errors import NotRecorded
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import ACTIVE, Item, fit
from tenants.jobs.steering import NewItem, one_at_a_time, start
from tenants.jobs.work import Work
from tenants.roles import Right

KIND = "audit.verify"


@dataclass(frozen=True, slots=True)
class Outside:
    """A place where checkpoints are kept, and how far it has come."""

    kind: str  # file, mailto, https
    state: AuditSink


def outside() -> list[Outside]:
    states = AuditSink.objects.in_bulk()
    return [
        Outside(one.kind, states.get(one.name) or AuditSink(name=one.name))
        for one in anchors.sinks()
    ]


def ask(member: Member) -> bool:
    """Have a worker verify the whole record; False where one is at it."""
    with one_at_a_time(member.who, member.organization, KIND) as going:
        at_it = going.filter(state__in=ACTIVE)  # and paused by nobody
        if Verdict.objects.filter(ended_at=None, job__in=at_it).exists():
            return False
        note(member.who, AUDIT_VERIFY)
        _begin(member)
        return True


def _begin(member: Member) -> None:
    verdict = Verdict.objects.create(
        organization=member.organization, actor=member.who.actor
    )
    title = _("Verify the record")
    what = {"verdict": str(verdict.pk)}
    items = [NewItem("", label=title, what=what)]
    try:
        job = start(member.who, member.organization, KIND, title, items, reason=title)
    except NotRecorded:
        verdict.delete()
        raise
    verdict.job = job.pk
    verdict.save(update_fields=["job"])


@handler(KIND, effect=Right.RECORD)
def check(work: Work, item: Item) -> Result:
    """Read all of it, and hold it against the files that this worker can reach."""
    verdict = Verdict.objects.filter(pk=UUID(item.what["verdict"])).first()
    if verdict is None:
        return Result(changed=False)
    with work.alive():
        kept, wrong = _kept()
        try:
            report = verify(kept)
        except Unreadable as error:
            if isinstance(error.__cause__, (OperationalError, InterfaceError)):
                raise  # it is down, and this is tried again
            report = Report(bad=(error.row, str(error)))
    for told in wrong:
        report.warn(told)
    _note(verdict, report, kept)
    if report.bad:
        row, what = report.bad
        alert("audit.broken", level=logging.ERROR, row=row, what=what)
        return Result(_("Not whole. First bad row: %(row)d") % {"row": row})
    if verdict.unguarded:
        alert("audit.unguarded", level=logging.ERROR)
    return Result(_("Whole: %(rows)d rows") % {"rows": report.rows})


def _kept() -> tuple[list[Checkpoint], list[str]]:
    """What files outside hold, and which cannot be relied on; one that this worker
    cannot open says nothing."""
    found: list[Checkpoint] = []
    wrong: list[str] = []
    for sink in anchors.sinks():
        if sink.kind == "file":
            try:
                found += anchored.read(sink.path)
            except NoAnchor as error:
                wrong.append(f"{sink.name} cannot be relied on: {error}")
            except OSError:
                continue
    return found, wrong


def _note(verdict: Verdict, report: Report, kept: Sequence[Checkpoint]) -> None:
    verdict.rows, verdict.entries = report.rows, report.calls
    verdict.removed = report.removed
    verdict.warnings = len(report.warnings) + report.more
    verdict.unguarded = not report.is_guarded
    verdict.checkpoints = report.checkpoints
    if kept:
        newest = max(kept)
        verdict.outside, verdict.outside_at = newest.size, newest.signed_at
    if report.bad:
        verdict.bad, what = report.bad
        verdict.what = fit(what, 400)
    if report.signed:
        verdict.covered = report.signed.size
        verdict.covered_at = report.signed.signed_at
    verdict.ended_at = timezone.now()
    verdict.save()

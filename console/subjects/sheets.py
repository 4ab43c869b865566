"""A receipt with all that belongs to it, as one reader may see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Max
from django.utils.safestring import SafeString

from console.access import Member
from console.models import Receipt
from console.operations import told
from console.subjects.lines import Kept, Line, Trouble
from console.templatetags.words import mask
from tenants.audit.filters import Filters
from tenants.audit.lost.settling import Settled, settled
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.search import search
from tenants.jobs.models import ACTIVE, TO_DO, Fate, Item, Job, State
from tenants.jobs.steering import failed
from tenants.regions import regions
from tenants.roles import Right
from tenants.vault import Sealed

CALLS = 10_000  # of one receipt that are told
AT_ONCE = 500  # rows of the record
PROVEN = (Fate.DONE, Fate.SAME)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was to end something, and where it stands in the record's chain."""

    entry: AuditEntry
    mac: str  # of the row that it began with
    outcome_mac: str  # of the row that ended it; nothing while there is none
    settled: Settled | None = None  # where that was found out later

    @property
    def number(self) -> int:
        return self.entry.outcome_seq or self.entry.seq

    @property
    def words(self) -> SafeString:
        one = self.entry
        is_done = one.outcome == AuditEntry.Outcome.DONE
        return told(one.operation, one.label or one.client, is_done=is_done)

    @property
    def digest(self) -> str:
        """Enough of the last mac to compare by eye."""
        mac = self.outcome_mac or self.mac
        return " ".join(mac[at : at + 4] for at in range(0, 16, 4))


@dataclass(frozen=True, slots=True)
class Open:
    """A service, or a whole region, of which nothing is proven; why, if known."""

    region: str
    service_id: int  # 0: the region's services are not known
    name: str
    troubles: Sequence[Trouble] = ()
    item: Item | None = None


@dataclass(frozen=True)
class Sheet:
    receipt: Receipt
    subject: str  # as the reader may see it
    places: Sequence[Kept]
    calls: Sequence[Call]  # none are read while a job is at it
    job: Job | None
    items: Sequence[Item]  # of the job, that did not go well, or not yet
    total: int  # of the job's items

    @property
    def is_over(self) -> bool:
        """Whether nothing is being done any more; a job that was cancelled finishes
        what it is at."""
        running = any(one.state == Fate.RUNNING for one in self.items)
        return self.ended_at is not None and not running

    @property
    def moves(self) -> bool:
        """Whether a job is at it just now, and waits for nothing."""
        return _moves(self.job)

    @property
    def waits_since(self) -> datetime | None:
        """When a job that waits came to its last end, or began; None where it does
        not wait."""
        job = self.job
        if job is None or job.is_over or self.moves:
            return None
        ended = Item.objects.filter(job=job).aggregate(at=Max("ended_at"))["at"]
        return ended or job.started_at

    @property
    def can_be_tried_again(self) -> bool:
        """Whether the job has ended, and the same job can try something again."""
        job = self.job
        return job is not None and job.is_over and failed(job).exists()

    @property
    def ended_at(self) -> datetime | None:
        return self.job.ended_at if self.job else self.receipt.ended_at

    @property
    def is_proven(self) -> bool:
        """Whether nothing was left anywhere; where nobody was asked, that is none."""
        return self.is_over and bool(self.places) and not self.open

    @property
    def not_asked(self) -> list[str]:
        """The other regions, where everything was to be revoked."""
        others = [name for name in regions() if name not in self.receipt.regions]
        return others if self.receipt.everything else []

    @cached_property
    def lines(self) -> list[tuple[Kept, Line]]:
        return [(one, line) for one in self.places for line in one.lines.values()]

    @cached_property
    def empty(self) -> list[Kept]:
        """Services that were asked, and keep nothing of the subject."""
        return [one for one in self.places if one.row.is_proven and not one.lines]

    @cached_property
    def open(self) -> list[Open]:
        """What is not proven; while a job goes on, what it has not come to."""
        return list(self._open())

    def _open(self) -> Iterator[Open]:
        known = {(one.row.region, one.row.service_id): one for one in self.places}
        for item in self.items:
            kept = known.pop((item.region, item.service_id), None)
            troubles = kept.troubles if kept else ()
            yield Open(item.region, item.service_id, item.label, troubles, item)
        for kept in known.values():
            if not kept.row.is_proven:
                row = kept.row
                yield Open(row.region, row.service_id, row.name, kept.troubles)

    @property
    def tried(self) -> int:
        return self.total - sum(one.state in TO_DO for one in self.items)

    # Sums over all lines; what could not be counted is told beside them.

    @property
    def live(self) -> int:
        return sum(line.live or 0 for _place, line in self.lines)

    @property
    def expired(self) -> int:
        return sum(line.expired or 0 for _place, line in self.lines)

    @property
    def unseen(self) -> int:
        return sum(line.unseen for _place, line in self.lines)

    @property
    def uncounted(self) -> int:
        """Apps of which it is not known how many tokens they held, or lost."""
        return sum(
            line.before is None or line.revoked is None for _place, line in self.lines
        )

    @property
    def revoked(self) -> int:
        return sum(line.revoked or 0 for _place, line in self.lines)

    @property
    def forgotten(self) -> int:
        return sum(line.is_forgotten for _place, line in self.lines)

    @property
    def left(self) -> int:
        """Tokens that were seen to be alive afterwards."""
        return sum(line.live_left or 0 for _place, line in self.lines)


def sheet(receipt: Receipt, reader: Member | None = None) -> Sheet:
    """As ``reader`` may see it; without one, it names nobody."""
    job = Job.objects.filter(pk=receipt.job).first() if receipt.job else None
    items = Item.objects.filter(job=receipt.job) if job else Item.objects.none()
    return Sheet(
        receipt,
        _subject(reader, receipt) if reader else "",
        [Kept.of(row) for row in receipt.places.all()],
        [] if _moves(job) else _calls(receipt),
        job,
        list(items.exclude(state__in=PROVEN)),
        items.count(),
    )


def is_proven(receipt: Receipt) -> bool:
    """The same as the sheet says, without putting it together."""
    if not receipt.places.exists() or receipt.places.filter(is_proven=False).exists():
        return False
    if not receipt.job:
        return receipt.ended_at is not None
    if Item.objects.filter(job=receipt.job).exclude(state__in=PROVEN).exists():
        return False
    return Job.objects.filter(pk=receipt.job, ended_at__isnull=False).exists()


def _moves(job: Job | None) -> bool:
    if job is None or job.state not in ACTIVE:
        return False
    return job.state == State.RUNNING or not job.trouble


def _subject(member: Member, receipt: Receipt) -> str:
    """In full for who made the receipt alone, as long as they may look people up."""
    try:
        subject = receipt.subject
    except Sealed:
        return ""
    own = receipt.maker_id == member.user.pk and member.may(Right.DESK)
    return subject if own else mask(subject)


def _calls(receipt: Receipt) -> list[Call]:
    if not receipt.page:
        return []
    filters = Filters(page=receipt.page, effects=("destroy",))
    entries = search(receipt.organization_id, filters, size=CALLS).entries
    macs = _macs([one.seq for one in entries])
    macs |= _macs([one.outcome_seq for one in entries if one.outcome_seq])
    ends = settled(receipt.organization_id, [one.entry for one in entries])
    return [
        Call(
            one,
            macs.get(one.seq, ""),
            macs.get(one.outcome_seq or 0, ""),
            ends.get(one.entry),
        )
        for one in reversed(entries)
    ]


def _macs(numbers: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for at in range(0, len(numbers), AT_ONCE):
        rows = AuditRecord.objects.filter(seq__in=numbers[at : at + AT_ONCE])
        found |= dict(rows.values_list("seq", "mac"))
    return found

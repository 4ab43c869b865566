"""How long what is kept, and what was removed, in words."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.kinds import KINDS
from console.sentences import Sentence
from tenants.audit import kinds
from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.filters import Filters
from tenants.audit.gone import begun
from tenants.audit.models import AuditEntry
from tenants.audit.place import Place, around
from tenants.audit.removed import reach, removed, run_of, runs
from tenants.audit.runs import Run

YEAR = 365.25  # days
ODD = 2  # days by which a number of years may be longer or shorter
LISTED = 20  # removals


class Kind(NamedTuple):
    """A kind of entry, by which it is kept."""

    label: str | Promise
    holds: str | Promise  # which entries


NAMED: Mapping[str, Kind] = {
    kinds.READS: Kind(
        gettext_lazy("Reads"), gettext_lazy("Calls and events that only read.")
    ),
    kinds.SIGN_INS: Kind(
        gettext_lazy("Signing in, and refusals"),
        gettext_lazy(
            "Signing in and out, sessions, passwords, second factors; and everything"
            " that somebody was refused by this console."
        ),
    ),
    kinds.SEARCHES: Kind(
        gettext_lazy("Searches and exports"),
        gettext_lazy(
            "The record read, searched, exported, verified or streamed; subjects and"
            " tokens looked up; lists taken out; receipts."
        ),
    ),
    kinds.REVEALS: Kind(
        gettext_lazy("Secrets shown"), gettext_lazy("All else that reveals something.")
    ),
    kinds.CHANGES: Kind(
        gettext_lazy("Changes"), gettext_lazy("All else that changes something.")
    ),
    kinds.DESTRUCTIONS: Kind(
        gettext_lazy("Deletions"),
        gettext_lazy("All else that deletes, revokes or ends something."),
    ),
    kinds.ACCESS: Kind(
        gettext_lazy("Who may do what"),
        gettext_lazy(
            "Members, organizations, credentials and keys of the vault. The access"
            " review is told from these."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a kind is kept, and what was removed of it."""

    kind: Kind
    for_: str  # in words
    removed: int
    until: datetime | None  # removed are those from before


@dataclass(frozen=True, slots=True)
class Removal:
    """A run, and what it removed in words."""

    entry: AuditEntry
    parts: Sequence[Sentence]  # of each kind how many
    rows: tuple[int, int, int]  # how many, the first and the last
    total: int  # entries that were removed up to then
    digest: str


@dataclass(frozen=True, slots=True)
class Remains:
    """What is still known of an entry that was removed."""

    entry: str
    number: int  # of the row that it began with
    begun: datetime
    kind: str
    by: AuditEntry  # the entry of its removal
    days: int  # that its kind was kept then
    place: Place  # of that row, in the chain

    @property
    def label(self) -> str:
        return label(self.kind)

    @property
    def period(self) -> str:
        return period(self.days)


class Beyond(NamedTuple):
    """Entries of some kinds from before a moment were removed."""

    labels: str
    until: datetime


def kept(organization: int) -> Iterator[Kept]:
    """Each kind of entry: for how long it is kept, and what was removed so far."""
    counted: Counter[str] = Counter()
    for _entry, run in runs(organization):
        counted.update(run.entries)
    until = reach(organization)
    for kind, days in kinds.policy().items():
        moment = _moment(until[kind]) if kind in until else None
        yield Kept(NAMED[kind], period(days), counted[kind], moment)


def versions() -> str:
    """How long it stays known how services and clients were set."""
    return period(kinds.days(settings.VERSIONS_KEEP))


def removals(organization: int) -> list[Removal]:
    """The newest, and one more than `LISTED` where there are more."""
    found = islice(runs(organization), LISTED + 1)
    return [removal(entry, run) for entry, run in found]


def removal(entry: AuditEntry, run: Run) -> Removal:
    """One removal, told from its entry in the record."""
    said = run.said
    rows = (said.get("rows", 0), said.get("first", 0), said.get("last", 0))
    parts = [_part(kind, n, run.days.get(kind, 0)) for kind, n in run.entries.items()]
    return Removal(entry, parts, rows, run.total, str(said.get("digest", "")))


def removal_of(entry: AuditEntry) -> Removal | None:
    """What an entry removed, if it is one of a removal."""
    run = run_of(entry) if entry.operation == AUDIT_EXPIRE.name else None
    return removal(entry, run) if run else None


def remains(organization: int, entry: str) -> Remains | None:
    """None where there never was such an entry of this organization."""
    found = removed(organization, entry)
    if found is None:
        return None
    number, begun_at = found.row.seq, _moment(begun(entry))
    place = around(number)
    return Remains(
        entry, number, begun_at, found.stone.kind, found.by, found.days, place
    )


def _part(kind: str, count: int, days: int) -> Sentence:
    told = {"count": count, "period": period(days)}
    now = _("%(count)d, kept for %(period)s") % told
    return Sentence(f"entries.{kind}", label(kind), "", "", now)


def label(kind: str) -> str:
    """What a kind is called; one that is not known any more, as it was called then."""
    return str(NAMED[kind].label) if kind in NAMED else kind


def period(days: int) -> str:
    """A number of days as people say it; 0: always."""
    if not days:
        return _("always")
    years = round(days / YEAR)
    if years and abs(days - years * YEAR) <= ODD:
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def beyond(
    organization: int,
    filters: Filters,
    now: datetime,
    of: Collection[str] = frozenset(NAMED),
) -> list[Beyond]:
    """What a search may miss of some kinds, since it reaches back to before it was
    removed; those that were removed up to the same day together."""
    begins, wanted = filters.since or filters.horizon(now), _wanted(filters) & {*of}
    found: dict[date, list[tuple[str, datetime]]] = {}
    for kind, until in reach(organization).items():
        moment = _moment(until)
        if kind in wanted and (begins is None or begins < moment):
            found.setdefault(moment.date(), []).append((label(kind), moment))
    return [
        Beyond(
            "; ".join(name for name, _until in one), max(until for _name, until in one)
        )
        for _day, one in sorted(found.items())
    ]


def _wanted(filters: Filters) -> set[str]:
    """The kinds that a search can find entries of."""
    operations, effects = filters.of("operation"), filters.effects
    return {
        kinds.kind_of(name, effect)
        for name, effect in KINDS.items()
        if (name in operations or not operations) and (effect in effects or not effects)
    }


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)

"""What each removal says of itself, and the record held against that.

A run is an entry, `audit.expire`, of the organization whose entries it removed. It
comes later in the chain than all rows that it removed, and signs what is left of them.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from tenants.audit.chain import Link
from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.gone import Tombstone, begun
from tenants.audit.kinds import DAY, SHORTEST
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import Change


class Told:
    """The rows of one run, in the order of the record."""

    def __init__(self) -> None:
        self.first = self.last = self.rows = 0
        self.entries: Counter[str] = Counter()
        self.newest: dict[str, int] = {}  # microseconds since 1970, of each kind
        self._hashed = sha256()

    @property
    def digest(self) -> str:
        return self._hashed.hexdigest()

    def add(self, row: Link, stone: Tombstone) -> None:
        self.first, self.last = self.first or row.seq, row.seq
        self.rows += 1
        self._hashed.update(f"{row.seq} {row.content}\n".encode())
        if row.phase == "intent":
            self.entries[stone.kind] += 1
            self.newest[stone.kind] = max(
                self.newest.get(stone.kind, 0), begun(row.entry)
            )


def changes_of(told: Told, total: int, kept: Mapping[str, int]) -> Sequence[Change]:
    """What the entry of a run says that it did."""
    return [
        *(Change(f"entries.{kind}", None, n) for kind, n in told.entries.items()),
        *(Change(f"days.{kind}", None, kept[kind]) for kind in told.entries),
        Change("total", None, total),
        Change("rows", None, told.rows),
        Change("first", None, told.first),
        Change("last", None, told.last),
        Change("digest", None, told.digest),
    ]


class Run(NamedTuple):
    """The entry of a run, read."""

    at: int  # microseconds since 1970
    said: Mapping[str, Any]

    @classmethod
    def of(cls, at: int, changed: str) -> "Run":
        return cls(at, {one["field"]: one["after"] for one in json.loads(changed)})

    @property
    def total(self) -> int:
        """Entries of its organization that were removed up to then."""
        found: int = self.said["total"]
        return found

    @property
    def days(self) -> dict[str, int]:
        """How long each kind was kept of which something was removed."""
        return self._each("days")

    @property
    def entries(self) -> dict[str, int]:
        return self._each("entries")

    def _each(self, what: str) -> dict[str, int]:
        found = (name.partition(".") for name in self.said)
        return {
            kind: self.said[f"{what}.{kind}"] for name, _, kind in found if name == what
        }


def newest(organization: int) -> AuditEntry | None:
    """The last run that removed something of an organization's."""
    return AuditEntry.objects.filter(
        organization_id=organization, operation=AUDIT_EXPIRE.name
    ).first()


def read(entry: AuditEntry) -> Run:
    return Run.of(entry.at, entry.changed)


class Removal(NamedTuple):
    """A run that was held against what is gone, for whoever asks what was removed."""

    at: int  # microseconds since 1970
    organization: str  # its slug
    entry: str
    first: int
    last: int
    entries: Mapping[str, int]  # by kind


class Unproven(Exception):
    """A row is gone that no run removed, or a run says what is not so."""

    def __init__(self, what: str, row: int | None = None) -> None:
        super().__init__(what)
        self.row = row  # the first that is to blame, where it is not the one at hand


class Runs:
    """All runs of a record that is read once, from the first row to the last."""

    def __init__(self) -> None:
        self.met: list[Removal] = []
        self._ahead: dict[str, Told] = {}  # whose entry is still to come
        self._totals: Counter[int] = Counter()  # by organization

    def gone(self, row: Link, stone: Tombstone) -> None:
        try:
            self._ahead.setdefault(stone.run, Told()).add(row, stone)
        except ValueError:
            raise Unproven("it was removed, and its id tells no time") from None

    def hold(self, said: Mapping[str, Any]) -> None:
        """Hold what is gone against the run that says so, from its intent."""
        told = self._ahead.pop(said["entry"], None)
        if told is None:
            raise Unproven("what it says was removed is there")
        try:
            run = Run.of(said["at"], said["changed"])
            self._totals[said["organization_id"]] += told.entries.total()
            total = self._totals[said["organization_id"]]
            right = changes_of(told, total, run.days)
            is_so = run.said == {one.field: one.after for one in right}
        except (KeyError, TypeError, ValueError):
            is_so = False
        if not is_so:
            raise Unproven(
                f"what is gone from row {told.first} to {told.last} is not what it "
                "says was removed"
            )
        for kind, days in run.days.items():
            if days < SHORTEST or told.newest[kind] > run.at - days * DAY:
                raise Unproven(
                    f"it removed {kind} that were not {max(days, SHORTEST)} days old",
                    told.first,
                )
        whose, entry = said["organization"], said["entry"]
        span = told.first, told.last
        self.met.append(Removal(run.at, whose, entry, *span, told.entries))

    def ended(self) -> None:
        if self._ahead:
            first = min(told.first for told in self._ahead.values())
            raise Unproven("it was removed by nothing that the record tells of", first)

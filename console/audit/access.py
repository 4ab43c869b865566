"""Who could do what on a day, as the record tells it, and when they last did anything.

Told backwards from the members of now: each change of a role since that day is taken
back. What the record itself says is held against it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.utils.translation import gettext as _

from console.audit.exporting import iso
from console.audit.lines import line
from console.editing import cells
from console.names import NEEDS, ROLES
from tenants.audit.filters import Filters
from tenants.audit.kinds import ACCESS
from tenants.audit.models import AuditEntry, microseconds
from tenants.audit.removed import reach
from tenants.audit.search import search
from tenants.authlete.errors import Outcome
from tenants.models import Membership, Organization
from tenants.roles import ALLOWED, Role

DORMANT = timedelta(days=90)  # without an entry
ROLE_CHANGES = ("member.add", "member.change", "member.remove")
COLUMNS = (
    "person name role may since given_by last_used dormant closed_now changed_since"
    " untold as_of last_used_removed_before roles_removed_before"
).split()


@dataclass(frozen=True, slots=True)
class Held:
    """What one person could do then."""

    person: str
    name: str
    role: str
    given: AuditEntry | None  # what gave them the role
    last: AuditEntry | None  # what they did last until then, of what is kept
    removed: datetime | None  # they may have done more before this: it was removed
    dormant: bool | None  # None: that is not known any more
    closed: bool  # the account is, now
    later: Sequence[str]  # what changed since, oldest first, in words
    untold: bool  # the record says otherwise, or nothing

    @property
    def role_words(self) -> str:
        return str(ROLES.get(self.role, self.role))

    @property
    def may(self) -> list[str]:
        allowed = ALLOWED.get(Role(self.role), ()) if self.role in Role else ()
        return [str(words) for need, words in NEEDS.items() if need in allowed]


@dataclass(frozen=True, slots=True)
class Review:
    """Who could do what at a moment, and from before when what would tell it was
    removed; None where nothing was."""

    organization: Organization
    moment: datetime
    removed: datetime | None  # entries of any kind: what somebody did last may be one
    roles_removed: datetime | None  # those of who is a member, and as what

    @classmethod
    def of(cls, organization: Organization, moment: datetime) -> Self:
        found = {
            kind: datetime.fromtimestamp(at / 1_000_000, UTC)
            for kind, at in reach(organization.pk).items()
        }
        latest = max(found.values(), default=None)
        return cls(organization, moment, latest, found.get(ACCESS))

    @property
    def misses_people(self) -> bool:
        """Whether somebody who has left since then, or a role, may be left out."""
        return self.roles_removed is not None and self.moment < self.roles_removed

    def held(self) -> Iterator[Held]:
        """Everybody who was a member then, by name of account."""
        changed: dict[str, list[AuditEntry]] = defaultdict(list)
        found = AuditEntry.objects.filter(
            organization_id=self.organization.pk,
            operation__in=ROLE_CHANGES,
            outcome=Outcome.DONE,
        )
        for entry in found.order_by("seq"):
            changed[entry.object].append(entry)
        members = Membership.objects.filter(organization=self.organization)
        now = {one.user.get_username(): one for one in members.select_related("user")}
        for person in sorted(changed.keys() | now.keys()):
            if held := self._held(person, now.get(person), changed[person]):
                yield held

    def _held(
        self, person: str, member: Membership | None, changed: Sequence[AuditEntry]
    ) -> Held | None:
        limit = microseconds(self.moment)
        earlier = [one for one in changed if one.at < limit]
        later = [one for one in changed if one.at >= limit]
        role = _role(later[0], "before") if later else member.role if member else ""
        if not role:
            return None
        given = earlier[-1] if earlier else None
        last = self._last(person)
        removed = self._removed(last)
        return Held(
            person,
            member.user.get_full_name() if member else "",
            role,
            given,
            last,
            removed,
            dormant=self._dormant(last or given, removed),
            closed=member is not None and not member.user.is_active,
            later=[_told(one) for one in later],
            untold=given is None or _role(given, "after") != role,
        )

    def _last(self, person: str) -> AuditEntry | None:
        filters = Filters(actor=(person,), until=self.moment)
        found = search(self.organization.pk, filters, size=1)
        return next(iter(found.entries), None)

    def _removed(self, last: AuditEntry | None) -> datetime | None:
        if self.removed is None or (last and last.time >= self.removed):
            return None
        return min(self.removed, self.moment)

    def _dormant(
        self, seen: AuditEntry | None, removed: datetime | None
    ) -> bool | None:
        since = self.moment - DORMANT
        if seen and seen.time >= since:
            return False
        return None if removed and removed > since else True

    def csv(self, held: Iterable[Held]) -> Iterator[str]:
        """One line a person; times are ISO 8601 in UTC."""
        yield from cells.lines([COLUMNS])
        yield from cells.lines(map(self._cells, held))

    def _cells(self, one: Held) -> list[object]:
        dormant = {True: _("yes"), False: "", None: _("not known")}
        return [
            one.person,
            one.name,
            one.role,
            "; ".join(one.may),
            iso(one.given.at) if one.given else "",
            one.given.actor if one.given else "",
            iso(one.last.at) if one.last else "",
            dormant[one.dormant],
            _("yes") if one.closed else "",
            "; ".join(one.later),
            _("yes") if one.untold else "",
            *map(_iso, (self.moment, one.removed, self.roles_removed)),
        ]


def _iso(moment: datetime | None) -> str:
    return iso(microseconds(moment)) if moment else ""


def _role(entry: AuditEntry, side: str) -> str:
    """The role before or after a change of it; empty where there was none."""
    changes = json.loads(entry.changed)
    found = (one[side] for one in changes if one["field"] == "role")
    return next(found, None) or ""


def _told(entry: AuditEntry) -> str:
    told = line([entry], {})
    change = next(iter(told.changes), None)
    role = f": {change.was} → {change.now}" if change else ""
    return f"{entry.time:%Y-%m-%d} {told.title}{role}"

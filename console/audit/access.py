"""Who could do what on a day, as the record tells it, and when they last did anything.

Told backwards from the members of now: each change of a role since that day is taken
back. What the record itself says is held against it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from console.audit.exporting import iso
from console.audit.lines import line
from console.editing import cells
from console.names import NEEDS, ROLES
from tenants.audit.models import AuditEntry, microseconds
from tenants.audit.search import Filters, search
from tenants.authlete.errors import Outcome
from tenants.models import Membership, Organization
from tenants.roles import ALLOWED, Role

DORMANT = timedelta(days=90)  # without an entry
ROLE_CHANGES = ("member.add", "member.change", "member.remove")
COLUMNS = (
    "person name role may since given_by last_used dormant closed_now changed_since"
    " untold as_of"
).split()


@dataclass(frozen=True, slots=True)
class Held:
    """What one person could do then."""

    person: str
    name: str
    role: str
    given: AuditEntry | None  # what gave them the role
    last: AuditEntry | None  # what they did last, until then
    dormant: bool
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


def access(organization: Organization, moment: datetime) -> Iterator[Held]:
    """Everybody who was a member at that moment, by name of account."""
    changed: dict[str, list[AuditEntry]] = defaultdict(list)
    found = AuditEntry.objects.filter(
        organization_id=organization.pk,
        operation__in=ROLE_CHANGES,
        outcome=Outcome.DONE,
    )
    for entry in found.order_by("seq"):
        changed[entry.object].append(entry)
    members = Membership.objects.filter(organization=organization)
    now = {one.user.get_username(): one for one in members.select_related("user")}
    for person in sorted(changed.keys() | now.keys()):
        if held := _held(
            organization, moment, person, now.get(person), changed[person]
        ):
            yield held


def _held(
    organization: Organization,
    moment: datetime,
    person: str,
    member: Membership | None,
    changed: Sequence[AuditEntry],
) -> Held | None:
    limit = microseconds(moment)
    earlier = [one for one in changed if one.at < limit]
    later = [one for one in changed if one.at >= limit]
    role = _role(later[0], "before") if later else member.role if member else ""
    if not role:
        return None
    given = earlier[-1] if earlier else None
    last = _last(organization, moment, person)
    lived = given.time if given else None
    seen = last.time if last else lived
    return Held(
        person,
        member.user.get_full_name() if member else "",
        role,
        given,
        last,
        dormant=seen is None or seen < moment - DORMANT,
        closed=member is not None and not member.user.is_active,
        later=[_told(one) for one in later],
        untold=given is None or _role(given, "after") != role,
    )


def _role(entry: AuditEntry, side: str) -> str:
    """The role before or after a change of it; empty where there was none."""
    changes = json.loads(entry.changed)
    found = (one[side] for one in changes if one["field"] == "role")
    return next(found, None) or ""


def _last(
    organization: Organization, moment: datetime, person: str
) -> AuditEntry | None:
    filters = Filters(actor=(person,), until=moment)
    return next(iter(search(organization.pk, filters, size=1).entries), None)


def _told(entry: AuditEntry) -> str:
    told = line([entry], {})
    change = next(iter(told.changes), None)
    role = f": {change.was} → {change.now}" if change else ""
    return f"{entry.time:%Y-%m-%d} {told.title}{role}"


def csv(found: Iterable[Held], moment: datetime) -> Iterator[str]:
    """One line a person; times are ISO 8601 in UTC."""
    yield from cells.lines([COLUMNS])
    yield from cells.lines(
        [
            one.person,
            one.name,
            one.role,
            "; ".join(one.may),
            iso(one.given.at) if one.given else "",
            one.given.actor if one.given else "",
            iso(one.last.at) if one.last else "",
            _("yes") if one.dormant else "",
            _("yes") if one.closed else "",
            "; ".join(one.later),
            _("yes") if one.untold else "",
            iso(microseconds(moment)),
        ]
        for one in found
    )

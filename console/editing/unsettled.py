"""What was sent to change an object, and nobody knows whether it did."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.editing.kind import Target
from console.navigation import path_of
from console.operations import deed_of, told
from tenants.audit.lost.settling import unknown
from tenants.audit.models import AuditEntry
from tenants.roles import Right

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Unsettled:
    entry: AuditEntry
    words: str
    path: str  # of the page that settles it; of its entry for who may only read


def unsettled(target: Target, name: str, entry: str = "") -> Sequence[Unsettled]:
    """The newest of what is unknown of what is called ``name``; of one ``entry``,
    where one is named."""
    # Asked for by its place, SQLite would read all that was done there.
    numbers = unknown(target.at["organization_id"]).values("seq")
    found = AuditEntry.objects.filter(seq__in=numbers, **target.at)
    entries = found.filter(entry=entry) if entry else found[:SHOWN]
    return [
        Unsettled(
            one,
            told(deed_of(one), one.label or name, is_done=False),
            _path(target, one),
        )
        for one in entries
    ]


def _path(target: Target, entry: AuditEntry) -> str:
    member = target.workspace.member
    if member.role.may(Right.MANAGE):
        page = "settle"
    elif member.role.may(Right.RECORD):
        page = "entry"
    else:
        return ""
    return path_of(f"audit:{page}", member.organization.slug, entry.entry)

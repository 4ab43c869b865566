"""What was done to a document, newest first, as the record tells it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from console.editing.kind import Target
from console.editing.making import Made, made_from, making_of
from console.keeping import Beyond, beyond
from console.navigation import path_of
from console.operations import deed_of, told
from console.sentences import Sentence, declared_of, sentences, stored
from tenants.audit.filters import Filters
from tenants.audit.kinds import CHANGES, DESTRUCTIONS, REVEALS
from tenants.audit.models import AuditEntry
from tenants.audit.search import history
from tenants.versions.outside import HIDING

# Of both kinds of document: saved from here, or elsewhere.
UNDOABLE = [
    f"{kind}.{what}"
    for kind in ("service", "client")
    for what in ("update", "changed_outside")
]
# Undone on pages of their own, as they were done.
APART = {
    "client.set_lock": "lock",
    "requestable_scopes.update": "scopes",
    "requestable_scopes.update_post": "scopes",
    "requestable_scopes.delete": "scopes",
}
MAKING = [
    "client.create",
    "client.made_outside",
    "idp.create_service",
    "service.made_outside",
]
TOLD = (REVEALS, CHANGES, DESTRUCTIONS)  # kinds of entries, as they are kept


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was done to a document, or inside of a service."""

    entry: AuditEntry
    words: str
    changes: Sequence[Sentence]
    path: str  # of the page about it; empty where there is none
    undo: str  # where to send that it be undone; empty where it cannot be
    between: Sequence[datetime] = ()  # within which it was done, if that is not `at`
    again: Made | None = None  # what was deleted, and made again by it

    @property
    def is_made(self) -> bool:
        """Whether the object came to be by it."""
        return self.entry.operation in MAKING

    @property
    def is_as_before(self) -> bool:
        """Whether it was saved elsewhere, and is set as it was."""
        return is_as_before(self.entry)

    @property
    def is_hiding(self) -> bool:
        """Whether what others change shortly after it may be taken for its doing."""
        lost = self.entry.fate == AuditEntry.Outcome.UNKNOWN
        return lost and self.entry.operation in HIDING


@dataclass(frozen=True, slots=True)
class PastPage:
    """A page of what was done, newest first, with the cursors beside it."""

    lines: Sequence[Past]
    newer: str
    older: str


def past(target: Target, name: str, cursor: str = "", *, most: int = 20) -> PastPage:
    """What was done to what is called ``name`` now; who only read it is left out."""
    at = target.at
    page = history(
        at["organization_id"],
        at["region"],
        at["service"],
        cursor,
        client=at["client"],
        size=most,
    )
    lines = [_told(target, entry, name) for entry in page.entries]
    if not page.older and (making := making_of(target)):
        again = made_from(target, making)
        lines.append(replace(_told(target, making, name), again=again))
    return PastPage(lines, page.newer, page.older)


def before(target: Target) -> list[Beyond]:
    """What its history began with may have been removed."""
    return beyond(target.at["organization_id"], Filters(), timezone.now(), TOLD)


def _told(target: Target, entry: AuditEntry, name: str) -> Past:
    inside = entry.client != target.at["client"]  # of a client, seen from its service
    what = entry.label or (entry.client if inside else name)
    done = told(deed_of(entry), what, is_done=entry.fate == AuditEntry.Outcome.DONE)
    changes = sentences(stored(entry.changes), declared_of(entry.operation))
    undo = path_about(entry, "restore") if is_undoable(entry) else ""
    about = path_about(entry, "saved")
    return Past(entry, done, changes, about, undo, between(entry))


def between(entry: AuditEntry) -> Sequence[datetime]:
    """When it was seen last before a change made elsewhere, and first after it."""
    if not entry.operation.endswith("_outside"):
        return ()
    times, _, _ = entry.object.partition(" ")
    first, _, last = times.partition("/")
    return [one for one in map(parse_datetime, (first, last)) if one]


def is_as_before(entry: AuditEntry) -> bool:
    return entry.operation.endswith(".changed_outside") and not entry.changes


def is_undoable(entry: AuditEntry) -> bool:
    """Whether it set something whose earlier values the record holds."""
    fates = (AuditEntry.Outcome.DONE, AuditEntry.Outcome.UNKNOWN)
    was_set = entry.operation in (*UNDOABLE, *APART)
    return was_set and entry.outcome in fates and bool(entry.changes)


def why_undone(entry: AuditEntry) -> str:
    """The reason that is offered to whoever undoes it."""
    return _("Undo %(entry)s") % {"entry": entry.ticket or entry.entry}


def path_about(entry: AuditEntry, page: str) -> str:
    """The path of a page about an entry, of a service or a client; empty where there
    is none."""
    place = (entry.organization, entry.region, entry.service)
    if entry.client:
        return path_of(f"clients:{page}", *place, entry.client, entry.entry)
    return path_of(f"services:{page}", *place, entry.entry)

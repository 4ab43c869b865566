"""What a service or a client was like, and who made it so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from console.editing.kind import Target
from console.editing.moments import address_of
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, Forbidden, NotFound
from tenants.versions import reading
from tenants.versions.outside import made_at
from tenants.versions.reading import Span

LISTED = 12  # versions that a page names


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one object: its versions, and how it is at this moment."""

    target: Target
    spans: Sequence[Span]  # the oldest first
    now: Document | None  # None: it is gone, or could not be read
    failure: AuthleteError | None = None  # why not
    without_service: bool = False  # a client whose service is gone

    @property
    def is_gone(self) -> bool:
        return self.now is None and self.failure is None

    @property
    def last(self) -> Span | None:
        """The newest version in which it was still there."""
        return next((one for one in reversed(self.spans) if one.version.digest), None)

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody changed what was kept of how it was last."""
        return self.last is not None and not self.last.matches

    @property
    def removed(self) -> int:
        """How many versions were kept long enough, and are no more."""
        return self.spans[0].version.number - 1 if self.spans else 0

    @property
    def made_at(self) -> datetime | None:
        """When it was created, as Authlete says."""
        return made_at(self.spans[0].version) if self.spans else None

    def at(self, moment: datetime) -> Span | None:
        return reading.at(self.spans, moment)

    def is_certain(self, span: Span, moment: datetime) -> bool:
        """Whether it was like this then for sure: the newest is so at this moment."""
        is_now = self.now is not None and span.next is None
        return span.since <= moment and (is_now or moment <= span.until)

    def document(self, span: Span) -> Document:
        return span.version.read(self.target.kind.document)

    @property
    def context(self) -> dict[str, Any]:
        """What its pages are drawn from, also once it is gone."""
        shown = self.now
        if shown is None:
            assert self.last, "what is not known of has no page"
            shown = self.document(self.last)
        context = self.target.context(shown)
        id = str(self.target.client_id or self.target.service_id)
        return context | {"name": context["name"] or id, "is_gone": self.is_gone}


def known(target: Target) -> Known:
    """Asks Authlete how it is now; raises why not, for what was never seen."""
    try:
        now = target.api().get()  # first: it may be a version of its own
        return Known(target, spans(target), now)
    except AuthleteError as error:
        found = left(target, error)
        if not found.last:
            raise
        return found


def left(target: Target, error: AuthleteError) -> Known:
    """What is known of an object that Authlete does not show, and says why."""
    kept = spans(target)
    if isinstance(error, NotFound) and error.is_told:
        return Known(target, kept, None)
    if isinstance(error, (Forbidden, NotFound)):
        # Of a service that is deleted, and of what was in it, it says what it says of
        # others' services.
        if _is_gone(kept):
            return Known(target, kept, None)
        if target.client_id and _is_gone(spans(replace(target, client_id=0))):
            return Known(target, kept, None, without_service=True)
    return Known(target, kept, None, error)


def _is_gone(kept: Sequence[Span]) -> bool:
    return bool(kept) and kept[-1].version.is_gone


def spans(target: Target) -> list[Span]:
    """The versions that are kept of an object, each with how long it was so."""
    at = target.at
    return reading.spans(
        at["organization_id"], at["region"], target.service_id, target.client_id
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A version as a page lists it."""

    span: Span
    by: str  # who made it; empty where that is not known
    entry: str  # in the record, of who did

    @property
    def at(self) -> str:
        """A moment of it, as an address has it."""
        return address_of(self.span.since)


def rows(found: Known, around: Span | None) -> list[Row]:
    """The newest versions, and the one that is looked at."""
    listed = list(reversed(found.spans[-LISTED:]))
    if around and around not in listed:
        listed.append(around)
    written = [one.version.entry for one in listed if one.version.written]
    made = {
        one.entry: one
        for one in AuditEntry.objects.filter(
            organization_id=found.target.at["organization_id"], entry__in=written
        )
    }
    return [_row(one, made.get(one.version.entry)) for one in listed]


def _row(span: Span, entry: AuditEntry | None) -> Row:
    return Row(span, entry.actor if entry else "", entry.entry if entry else "")

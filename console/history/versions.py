"""What a service or a client was like, and who made it so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from console.documents.kinds import DocumentTarget
from console.forms.timestamps import timestamp_param
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, ForbiddenError, NotFoundError
from tenants.versions import timeline
from tenants.versions.external_changes import created_at
from tenants.versions.timeline import VersionSpan

MAX_LISTED_VERSIONS = 12  # versions that a page names


@dataclass(frozen=True, slots=True)
class ObjectVersions:
    """All that is known of one object: its versions, and how it is at this moment."""

    target: DocumentTarget
    spans: Sequence[VersionSpan]  # the oldest first
    current: Document | None  # None: it is gone, or could not be read
    failure: AuthleteError | None = None  # why not
    is_service_deleted: bool = False  # a client whose service is gone

    @property
    def is_deleted(self) -> bool:
        return self.current is None and self.failure is None

    @property
    def last(self) -> VersionSpan | None:
        """The newest version in which it was still there."""
        return next((one for one in reversed(self.spans) if one.version.digest), None)

    @property
    def is_tampered(self) -> bool:
        """Whether somebody changed what was kept of how it was last."""
        return self.last is not None and not self.last.is_intact

    @property
    def removed_count(self) -> int:
        """How many versions were kept long enough, and are no more."""
        return self.spans[0].version.number - 1 if self.spans else 0

    @property
    def created_at(self) -> datetime | None:
        """When it was created, as Authlete says."""
        return created_at(self.spans[0].version) if self.spans else None

    def version_at(self, moment: datetime) -> VersionSpan | None:
        return timeline.find_span_at(self.spans, moment)

    def is_certain(self, span: VersionSpan, moment: datetime) -> bool:
        """Whether it was like this then for sure: the newest is so at this moment."""
        is_now = self.current is not None and span.next_since is None
        return span.since <= moment and (is_now or moment <= span.until)

    def document(self, span: VersionSpan) -> Document:
        return span.version.read_as(self.target.kind.document)

    @property
    def context(self) -> dict[str, Any]:
        """What its pages are drawn from, also once it is gone."""
        shown = self.current
        if shown is None:
            assert self.last, "what is not known of has no page"
            shown = self.document(self.last)
        context = self.target.context(shown)
        id = str(self.target.client_id or self.target.service_id)
        return context | {"name": context["name"] or id, "is_gone": self.is_deleted}


def load_versions(target: DocumentTarget) -> ObjectVersions:
    """Asks Authlete how it is now; raises why not, for what was never seen."""
    try:
        now = target.api().get()  # first: it may be a version of its own
        return ObjectVersions(target, list_spans(target), now)
    except AuthleteError as error:
        found = load_deleted(target, error)
        if not found.last:
            raise
        return found


def load_deleted(target: DocumentTarget, error: AuthleteError) -> ObjectVersions:
    """What is known of an object that Authlete does not show, and says why."""
    kept = list_spans(target)
    if isinstance(error, NotFoundError) and error.is_from_authlete:
        return ObjectVersions(target, kept, None)
    if isinstance(error, (ForbiddenError, NotFoundError)):
        # Of a service that is deleted, and of what was in it, it says what it says of
        # others' services.
        if _is_deleted(kept):
            return ObjectVersions(target, kept, None)
        if target.client_id and _is_deleted(list_spans(replace(target, client_id=0))):
            return ObjectVersions(target, kept, None, is_service_deleted=True)
    return ObjectVersions(target, kept, None, error)


def _is_deleted(kept: Sequence[VersionSpan]) -> bool:
    return bool(kept) and kept[-1].version.is_deleted


def list_spans(target: DocumentTarget) -> list[VersionSpan]:
    """The versions that are kept of an object, each with how long it was so."""
    at = target.audit_columns
    return timeline.load_spans(
        at["organization_id"], at["region"], target.service_id, target.client_id
    )


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as a page lists it."""

    span: VersionSpan
    actor: str  # who made it; empty where that is not known
    entry: str  # in the record, of who did

    @property
    def at(self) -> str:
        """A moment of it, as an address has it."""
        return timestamp_param(self.span.since)


def version_rows(versions: ObjectVersions, around: VersionSpan | None) -> list[VersionRow]:
    """The newest versions, and the one that is looked at."""
    listed = list(reversed(versions.spans[-MAX_LISTED_VERSIONS:]))
    if around and around not in listed:
        listed.append(around)
    written = [one.version.entry for one in listed if one.version.written]
    made = {
        one.entry: one
        for one in AuditEntry.objects.filter(
            organization_id=versions.target.audit_columns["organization_id"],
            entry__in=written,
        )
    }
    return [_version_row(one, made.get(one.version.entry)) for one in listed]


def _version_row(span: VersionSpan, entry: AuditEntry | None) -> VersionRow:
    return VersionRow(span, entry.actor if entry else "", entry.entry if entry else "")

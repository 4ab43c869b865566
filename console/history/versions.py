"""Versions of services and clients, and who created them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from console.documents.kinds import DocumentTarget
from console.forms.timestamps import timestamp_param
from console.web.navigation import optional_path
from console.web.outages import Outage, as_read_only, is_outage
from console.web.paths import parse_client_ref, parse_service_ref
from tenants.audit.models import IS_CHANGE, AuditEntry, to_microseconds
from tenants.audit.reconciliation.evidence import MAX_CLOCK_SKEW, MICROSECOND
from tenants.audit.search.entries import find_seq_range
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, ForbiddenError, NotFoundError
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.outcome import Outcome
from tenants.versions import timeline
from tenants.versions.external_changes import created_at
from tenants.versions.models import Version
from tenants.versions.timeline import VersionSpan

MAX_LISTED_VERSIONS = 12  # versions that a page names


@dataclass(frozen=True, slots=True)
class ObjectVersions:
    """The versions of one object and its current document."""

    target: DocumentTarget
    spans: Sequence[VersionSpan]  # the oldest first
    current: Document | None  # None: deleted or unreadable
    failure: AuthleteError | None = None  # why not
    is_service_deleted: bool = False  # a client of a deleted service

    @property
    def is_deleted(self) -> bool:
        return self.current is None and self.failure is None

    @property
    def last(self) -> VersionSpan | None:
        """Return the newest version that isn't a deletion."""
        return next((span for span in reversed(self.spans) if span.version.digest), None)

    @property
    def outage(self) -> Outage | None:
        """Return the outage because of which only the last version is known."""
        last = self.spans[-1] if self.spans else None
        if self.failure is None or not is_outage(self.failure):
            return None
        if last is None or last.version.is_deleted:
            return None
        return Outage(self.failure, last.until, last.is_intact)

    @property
    def is_tampered(self) -> bool:
        """Whether the stored newest version was tampered with."""
        return self.last is not None and not self.last.is_intact

    @property
    def removed_count(self) -> int:
        """Return the number of versions deleted by retention."""
        return self.spans[0].version.number - 1 if self.spans else 0

    @property
    def created_at(self) -> datetime | None:
        """Return the creation time according to Authlete."""
        return created_at(self.spans[0].version) if self.spans else None

    def version_at(self, moment: datetime) -> VersionSpan | None:
        return timeline.find_span_at(self.spans, moment)

    def is_certain(self, span: VersionSpan, moment: datetime) -> bool:
        """Return whether it was like this then for sure: the newest is so at this moment."""
        is_now = self.current is not None and span.next_since is None
        return span.since <= moment and (is_now or moment <= span.until)

    def document(self, span: VersionSpan) -> Document:
        return span.version.read_as(self.target.kind.document)

    @property
    def context(self) -> dict[str, Any]:
        """Return the template context of its pages, also for a deleted object."""
        document = self.current
        if document is None:
            assert self.last, "what is not known of has no page"
            document = self.document(self.last)
        target, outage = self.target, self.outage
        if outage:
            target = replace(target, workspace=as_read_only(target.workspace))
        context = target.context(document)
        id = str(target.client_id or target.service_id)
        return context | {
            "name": context["name"] or id,
            "is_gone": self.is_deleted,
            "outage": outage,
        }


def load_versions(target: DocumentTarget) -> ObjectVersions:
    """Load versions and the current document; raise if there is neither."""
    try:
        now = target.api().get()  # first: it may be a version of its own
        return ObjectVersions(target, list_spans(target), now)
    except AuthleteError as error:
        deleted = load_deleted(target, error)
        if not deleted.last:
            raise
        return deleted


def load_deleted(target: DocumentTarget, error: AuthleteError) -> ObjectVersions:
    """Return the stored versions of an object that Authlete does not show, and why."""
    spans = list_spans(target)
    if isinstance(error, NotFoundError) and error.is_from_authlete:
        return ObjectVersions(target, spans, None)
    if isinstance(error, (ForbiddenError, NotFoundError)):
        # Of a service that is deleted, and of what was in it, it says what it says of
        # others' services.
        if _is_deleted(spans):
            return ObjectVersions(target, spans, None)
        if target.client_id and _is_deleted(list_spans(replace(target, client_id=0))):
            return ObjectVersions(target, spans, None, is_service_deleted=True)
    return ObjectVersions(target, spans, None, error)


def _is_deleted(spans: Sequence[VersionSpan]) -> bool:
    return bool(spans) and spans[-1].version.is_deleted


def list_spans(target: DocumentTarget) -> list[VersionSpan]:
    """Return the stored versions of an object, each with how long it was current."""
    object_columns = target.audit_columns
    return timeline.load_spans(
        object_columns["organization_id"],
        object_columns["region"],
        target.service_id,
        target.client_id,
    )


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as a page lists it."""

    span: VersionSpan
    actor: str  # who created it; empty if unknown
    entry: str  # in the record, of who did

    @property
    def at(self) -> str:
        """A moment of it, as an address has it."""
        return timestamp_param(self.span.since)


def version_rows(versions: ObjectVersions, around: VersionSpan | None) -> list[VersionRow]:
    """Return the newest versions, and the one that is shown."""
    spans = list(reversed(versions.spans[-MAX_LISTED_VERSIONS:]))
    if around and around not in spans:
        spans.append(around)
    written = [span.version.entry for span in spans if span.version.written]
    created = {
        audit_entry.entry: audit_entry
        for audit_entry in AuditEntry.objects.filter(
            organization_id=versions.target.audit_columns["organization_id"], entry__in=written
        )
    }
    return [_version_row(span, created.get(span.version.entry)) for span in spans]


def _version_row(span: VersionSpan, entry: AuditEntry | None) -> VersionRow:
    return VersionRow(span, entry.actor if entry else "", entry.entry if entry else "")


CREATE_OPERATIONS = {False: "idp.create_service", True: "client.create"}  # of a client or not
WORD_PATTERN = re.compile(r"[\w/-]+", re.ASCII)  # references in reasons, without punctuation
MAX_REASONS = 100  # entries whose reason is searched for references
MAX_RECREATIONS = 5


@dataclass(frozen=True, slots=True)
class ObjectLink:
    """A link to an object's page."""

    name: str
    path: str


def recreation_reason(location: str) -> str:
    """Return the suggested reason for recreating a deleted object."""
    return _("Recreate %(place)s") % {"place": location}


def find_creation(target: DocumentTarget) -> AuditEntry | None:
    """Return the entry of the call that created the object; None if there is none."""
    first = _versions(target).filter(number=1).first()
    if first is None:
        return None
    calls = _creation_calls(target).filter(region=first.region)
    if first.written:
        return calls.filter(entry=first.entry).first()
    if (creation_time := created_at(first)) is None:
        return None
    # A call that creates a service names none.
    service = {"service": str(first.service_id)} if first.client_id else {}
    entries = calls.filter(_around(creation_time), IS_CHANGE, label=first.name, **service)
    return next(
        (entry for entry in entries[:MAX_RECREATIONS] if _created_version(entry) == first), None
    )


def list_recreations(target: DocumentTarget) -> list[ObjectLink]:
    """Return the objects that were recreated from it, as the reasons say."""
    calls = _creation_calls(target).filter(reason__contains=target.ref.key)[:MAX_REASONS]
    entries = [call for call in calls if target.ref in _refs_in_reason(call)]
    versions = [_created_version(entry) for entry in entries[:MAX_RECREATIONS]]
    return [_object_link(target, version) for version in versions if version]


def _creation_calls(target: DocumentTarget) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        organization_id=target.audit_columns["organization_id"],
        operation=CREATE_OPERATIONS[bool(target.client_id)],
        outcome=Outcome.SUCCEEDED,
    )


def _created_version(call: AuditEntry) -> Version | None:
    """Return the first version of the object that a call created; None if that is unclear.

    If the reply was lost, that is the only version with this name and time.
    """
    firsts = Version.objects.filter(
        organization_id=call.organization_id, region=call.region, number=1
    )
    if call.service:
        versions = firsts.filter(service_id=int(call.service)).exclude(client_id=0)
    else:
        versions = firsts.filter(client_id=0)
    if version := versions.filter(entry=call.entry, written=True).first():
        return version
    same_name = versions.filter(name=call.label, written=False, outside=Version.Outside.NO)
    later = same_name.filter(first_at__gte=call.time)
    matches = [version for version in later[:MAX_RECREATIONS] if _is_in_time(version, call)]
    return matches[0] if len(matches) == 1 else None


def _is_in_time(first: Version, call: AuditEntry) -> bool:
    creation_time = created_at(first)
    return creation_time is not None and abs(creation_time - call.time) < MAX_CLOCK_SKEW


def _around(creation_time: datetime) -> Q:
    """Return a filter for the calls at that time, by the rows that they can be in."""
    moment, tolerance = to_microseconds(creation_time), MAX_CLOCK_SKEW // MICROSECOND
    since, until = moment - tolerance, moment + tolerance
    first, last = find_seq_range(since, until)
    return Q(at__gte=since, at__lt=until, seq__gte=first, seq__lte=last)


def find_original(target: DocumentTarget, creation: AuditEntry) -> ObjectLink | None:
    """Return the deleted object that this one was recreated from."""
    for region, service_id, client_id in _refs_in_reason(creation):
        if bool(client_id) != bool(target.client_id):
            continue
        versions = Version.objects.filter(
            organization_id=target.audit_columns["organization_id"],
            region=region,
            service_id=service_id,
        )
        last = versions.filter(client_id=client_id).first()
        service = versions.filter(client_id=0).first()
        if last and (last.is_deleted or (service and service.is_deleted)):
            return _object_link(target, last)
    return None


def _object_link(target: DocumentTarget, version: Version) -> ObjectLink:
    location = [version.region, str(version.service_id)]
    if version.client_id:
        location.append(str(version.client_id))
    slug = target.workspace.organization.slug
    path = optional_path(f"{target.kind.area}:show", slug, *location)
    return ObjectLink(version.name or location[-1], path)


def _refs_in_reason(entry: AuditEntry) -> Iterator[ObjectRef]:
    for word in (match.strip("/") for match in WORD_PATTERN.findall(entry.reason)):
        if service := parse_service_ref(word):
            yield ObjectRef(*service)
        elif client := parse_client_ref(word):
            yield client


def _versions(target: DocumentTarget) -> QuerySet[Version]:
    object_columns = target.audit_columns
    return Version.objects.filter(
        organization_id=object_columns["organization_id"],
        region=object_columns["region"],
        service_id=target.service_id,
        client_id=target.client_id,
    )

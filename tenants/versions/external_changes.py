"""Detect changes made outside this console.

A change is external if no call of this console since the last observation explains it. Only our
own clocks are compared. When an object is first seen, Authlete's creation time tells whether it
is new; a wrong clock never attributes our own change to someone else.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Q

from tenants.audit.actor import Actor
from tenants.audit.events import (
    CLIENT_CHANGED_EXTERNALLY,
    CLIENT_CREATED_EXTERNALLY,
    CLIENT_DELETED_EXTERNALLY,
    CLIENT_RESTORED_EXTERNALLY,
    SERVICE_CHANGED_EXTERNALLY,
    SERVICE_CREATED_EXTERNALLY,
    SERVICE_DELETED_EXTERNALLY,
    SERVICE_RESTORED_EXTERNALLY,
    AuditEvent,
)
from tenants.audit.models import IS_CHANGE, OUTCOME_TIMEOUT, AuditEntry, to_microseconds
from tenants.audit.reconciliation.evidence import MAX_CLOCK_SKEW
from tenants.audit.recorder import record_event
from tenants.authlete.changes import FieldChange, get_top_level_field
from tenants.authlete.documents.base import Document
from tenants.authlete.edits import READ_ONLY_FIELDS
from tenants.authlete.errors import AuditUnavailableError, ConcurrentWriteError
from tenants.authlete.outcome import Outcome
from tenants.authlete.snapshots import diff_snapshots
from tenants.authlete.timestamps import datetime_from_ms
from tenants.concurrency.locks import DatabaseLocks
from tenants.models import Credential, Organization
from tenants.versions.models import Version

EXTERNAL_ACTOR = "outside this console"
MAX_ENTRIES_INSPECTED = 200  # newest entries of an object
CLIENT_CREATION_OPERATIONS = ("client.create", "registration.create", "federation.registration")
# Members changed by a call beside those it names; None: unknown.
CHANGED_MEMBERS_BY_OPERATION: dict[str, frozenset[str] | None] = {
    "service.update": frozenset(),
    "client.update": frozenset(),
    "client.set_lock": frozenset({"locked"}),
    "client.refresh_secret": frozenset({"clientSecret"}),
    "client.set_secret": frozenset({"clientSecret"}),
    "requestable_scopes.update": frozenset({"extension"}),
    "requestable_scopes.update_post": frozenset({"extension"}),
    "requestable_scopes.delete": frozenset({"extension"}),
    "client.delete": None,
    "idp.create_service": None,
    "idp.remove_service": None,
    "key.create": None,
    "key.delete": None,
}
# An unresolved call of these may explain a later change.
EXPLAINING_OPERATIONS = {*CHANGED_MEMBERS_BY_OPERATION, *CLIENT_CREATION_OPERATIONS}
FAILED_OUTCOMES = (Outcome.REJECTED, Outcome.NOT_SENT)
REPORT_LOCK_SECONDS = 60.0  # seconds that one process has for telling; then it was killed


def is_external_change(last: Version, new: Version) -> bool:
    """Return whether the change between two versions is external."""
    if last.modified_at == new.modified_at:
        return False  # not saved, according to Authlete
    own_time = list(_find_own_calls(last, new))
    return not own_time or bool(_find_unexplained(last, new, own_time))


def is_external_creation(new: Version) -> bool:
    """Return whether a first version was created externally since we watch it."""
    creation_time = created_at(new)
    if creation_time is None:
        return False
    since = Credential.objects.filter(
        organization_id=new.organization_id,
        region=new.region,
        changed_at__lt=creation_time - MAX_CLOCK_SKEW,
    )
    return since.exists() and not _may_be_created_here(new, creation_time)


def created_at(new: Version) -> datetime | None:
    """Return Authlete's creation time, if any."""
    creation_time = datetime_from_ms(new.document().get("createdAt"))
    return creation_time if creation_time and creation_time.year >= 1970 else None


def _may_be_created_here(new: Version, created: datetime) -> bool:
    """Return whether one of our calls may have created the object."""
    near = (
        to_microseconds(created - MAX_CLOCK_SKEW - OUTCOME_TIMEOUT),
        to_microseconds(created + MAX_CLOCK_SKEW),
    )
    calls = AuditEntry.objects.filter(
        IS_CHANGE, organization_id=new.organization_id, region=new.region, at__range=near
    ).exclude(outcome__in=(*FAILED_OUTCOMES, Outcome.FAILED))
    if not new.client_id:
        return calls.filter(operation="idp.create_service", label=new.name).exists()
    own_calls = calls.filter(service=str(new.service_id), operation__in=CLIENT_CREATION_OPERATIONS)
    entries = set(own_calls.values_list("entry", flat=True))
    versions = Version.objects.filter(entry__in=entries, written=True).exclude(
        client_id=new.client_id
    )
    return bool(entries - set(versions.values_list("entry", flat=True)))


def report_change(last: Version | None, new: Version, *, is_retry: bool = False) -> None:
    """Record the change once; ``is_retry`` after a failure or kill.

    Without ``last``, the object was created.
    """
    untold = Version.objects.filter(pk=new.pk, outside=Version.Outside.UNREPORTED)
    turn = DatabaseLocks(new.organization_id, EXTERNAL_ACTOR).hold(
        f"outside/{new.pk}", REPORT_LOCK_SECONDS
    )
    with suppress(ConcurrentWriteError, AuditUnavailableError), turn:
        if untold.exists():
            if not (is_retry and _is_reported(last, new)):
                _record_event(last, new)
            untold.update(outside=Version.Outside.REPORTED)


def _is_reported(last: Version | None, new: Version) -> bool:
    """Return whether the change is in the audit log already."""
    return AuditEntry.objects.filter(
        IS_CHANGE,
        organization_id=new.organization_id,
        operation=_select_event(last, new).name,
        at__gte=to_microseconds(new.first_at),
        object__endswith=event_object_suffix(new),
        **_object_columns(new),
    ).exists()


def _record_event(last: Version | None, new: Version) -> None:
    """Record the change; raise `AuditUnavailableError`."""
    organization = Organization.objects.filter(pk=new.organization_id).first()
    actor = Actor(
        0, EXTERNAL_ACTOR, "", new.organization_id, organization.slug if organization else ""
    )
    since = last.last_at if last else created_at(new) or new.first_at
    record_event(
        actor,
        _select_event(last, new),
        label=new.name,
        object=f"{_format_time(since)}{event_object_suffix(new)}",
        changes=_find_differences(last, new),
        **_object_columns(new),
    )


class _ObjectColumns(TypedDict):
    region: str
    service: str
    client: str


def _object_columns(version: Version) -> _ObjectColumns:
    """Return the object's audit columns."""
    client = str(version.client_id) if version.client_id else ""
    return _ObjectColumns(region=version.region, service=str(version.service_id), client=client)


def event_object_suffix(version: Version) -> str:
    """Return the end of the event's object: time and digest."""
    digest = f" sha256:{version.digest}" if version.digest else ""
    return f"/{_format_time(version.first_at)}{digest}"


def _select_event(last: Version | None, new: Version) -> AuditEvent:
    if last is None:
        return CLIENT_CREATED_EXTERNALLY if new.client_id else SERVICE_CREATED_EXTERNALLY
    if new.is_deleted:
        return CLIENT_DELETED_EXTERNALLY if new.client_id else SERVICE_DELETED_EXTERNALLY
    if last.is_deleted:
        return CLIENT_RESTORED_EXTERNALLY if new.client_id else SERVICE_RESTORED_EXTERNALLY
    return CLIENT_CHANGED_EXTERNALLY if new.client_id else SERVICE_CHANGED_EXTERNALLY


def _find_differences(last: Version | None, new: Version) -> tuple[FieldChange, ...]:
    if last is None:
        changes = diff_snapshots(Document(), new.document())
        return tuple(
            change
            for change in changes
            if get_top_level_field(change.field) not in READ_ONLY_FIELDS
        )
    if last.is_deleted:
        before = _last_existing(last)
        return diff_snapshots(before.document(), new.document()) if before else ()
    return () if new.is_deleted else _find_unexplained(last, new, _find_own_calls(last, new))


def _last_existing(deleted: Version) -> Version | None:
    """Return the last version before the deletion."""
    earlier = Version.objects.filter(**_object_key(deleted), number__lt=deleted.number)
    return earlier.exclude(digest="").first()


def report_pending() -> None:
    """Record changes that weren't recorded yet."""
    for new in Version.objects.filter(outside=Version.Outside.UNREPORTED)[:MAX_ENTRIES_INSPECTED]:
        before = Version.objects.filter(**_object_key(new), number=new.number - 1).first()
        report_change(before, new, is_retry=True)


def _object_key(version: Version) -> dict[str, Any]:
    """Return the object's key columns."""
    names = ("organization_id", "region", "service_id", "client_id")
    return {name: getattr(version, name) for name in names}


def _find_own_calls(last: Version, new: Version) -> Iterable[AuditEntry]:
    """Return our calls that may have changed the object between two versions."""
    since = to_microseconds(last.last_at)
    patient = since - int(OUTCOME_TIMEOUT.total_seconds() * 1_000_000)
    # A service takes its clients along.
    clients = ["", str(last.client_id)] if last.client_id else [""]
    about = AuditEntry.objects.filter(
        IS_CHANGE,
        # Without an answer, it may still be carried out for a while. What was sent
        # long before is not, whenever it was settled.
        at__gt=patient,
        at__lte=to_microseconds(new.first_at),
        organization_id=last.organization_id,
        region=last.region,
        service=str(last.service_id),
        client__in=clients,
    )
    ended = Q(outcome=Outcome.SUCCEEDED, ended_at__gt=since)
    unsure = Q(outcome__in=("", Outcome.UNKNOWN))
    entries = about.filter(operation__in=CHANGED_MEMBERS_BY_OPERATION).exclude(
        outcome__in=FAILED_OUTCOMES
    )
    if last.client_id:
        entries = entries.exclude(~Q(operation="idp.remove_service"), client="")
    return entries.filter(ended | unsure)[:MAX_ENTRIES_INSPECTED]


def _find_unexplained(
    last: Version, new: Version, own_calls: Iterable[AuditEntry]
) -> tuple[FieldChange, ...]:
    """Return differences that none of our calls explains."""
    if last.is_deleted:
        return ()  # one of our calls deleted or recreated it
    explained: set[str] = set()
    for entry in own_calls:
        touched = CHANGED_MEMBERS_BY_OPERATION[entry.operation]
        if touched is None or entry.outcome != Outcome.SUCCEEDED:
            return ()
        changes = [*entry.changes, *entry.side_effects]
        explained |= touched | {get_top_level_field(change["field"]) for change in changes}
    differences = diff_snapshots(last.document(), new.document())
    return tuple(
        difference
        for difference in differences
        if get_top_level_field(difference.field) not in explained
    )


def _format_time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

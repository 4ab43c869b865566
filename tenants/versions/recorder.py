"""Save a version of every object that is read, and detect external changes."""

import hmac
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants.audit.integrity.chain import get_audit_keys
from tenants.audit.integrity.tombstones import entry_id_to_microseconds
from tenants.authlete.documents.base import Document
from tenants.authlete.edits import get_display_name
from tenants.authlete.json.reader import make_storable
from tenants.authlete.snapshots import (
    ObjectSnapshot,
    diff_snapshots,
    parse_snapshot,
    strip_server_fields,
)
from tenants.versions import external_changes
from tenants.versions.models import Content, Version, compute_digest

log = logging.getLogger(__name__)

LAST_SEEN_TOLERANCE = timedelta(seconds=2)  # how far behind the time of a last sight may be
MAX_CALL_DURATION = timedelta(minutes=1)  # that no answer takes
ENTRY_ID_VERSION = 7  # the version of the ids of its entries
MAX_NAME_CHARS = 200  # characters of a name


@dataclass(frozen=True)
class VersionRecorder:
    """An organization's `VersionObserver`."""

    organization_id: int
    _snapshots: deque[ObjectSnapshot] = field(default_factory=deque)

    def observe(self, snapshot: ObjectSnapshot) -> None:
        self._snapshots.append(snapshot)

    def flush(self) -> None:
        """Save the observed snapshots; failures are logged only."""
        with suppress(IndexError):  # once there is no more, here or in another thread
            while True:
                self._record_safely(self._snapshots.popleft())

    def _record_safely(self, snapshot: ObjectSnapshot) -> None:
        try:
            record_snapshot(self.organization_id, snapshot)
        except Exception:
            log.exception("could not save a version")


def record_snapshot(organization_id: int, snapshot: ObjectSnapshot) -> None:
    """Save a version if the object changed since the last one."""
    last = select_versions(organization_id, snapshot).first()
    if last is None and not snapshot.text:
        return  # nothing is known of it, nor was
    now = timezone.now()
    if last and _is_unchanged(last, snapshot):
        _touch(last, snapshot)
        return
    if last and _is_outdated(last, snapshot, now):
        return
    contents = [Content.from_text(snapshot.text)] if snapshot.text else []
    Content.objects.bulk_create(contents, ignore_conflicts=True)
    new = _build_version(organization_id, snapshot, last, now)
    if not snapshot.is_write and (
        external_changes.is_external_change(last, new)
        if last
        else external_changes.is_external_creation(new)
    ):
        new.outside = Version.Outside.UNREPORTED
    try:
        with transaction.atomic():
            new.save(force_insert=True)
            # Once more: until now `expiring` may have removed the same content.
            Content.objects.bulk_create(contents, ignore_conflicts=True)
    except IntegrityError:  # another process saw the same, and was faster
        if snapshot.is_write:
            same = select_versions(organization_id, snapshot).filter(
                modified_at=snapshot.modified_at
            )
            same.update(entry=snapshot.entry_id, written=True)
        return
    if new.outside:
        external_changes.report_change(last, new)


def update_last_seen(versions: Iterable[Version], moment: datetime) -> None:
    """Extend the versions that a list showed unchanged."""
    pks = [version.pk for version in versions if version.last_at < moment - LAST_SEEN_TOLERANCE]
    for start in range(0, len(pks), 500):  # SQLite's limit of parameters
        rows = Version.objects.filter(pk__in=pks[start : start + 500], last_at__lt=moment)
        rows.update(last_at=moment)


def select_versions(organization_id: int, snapshot: ObjectSnapshot) -> QuerySet[Version]:
    """Select the object's versions, newest first."""
    return Version.objects.filter(
        organization_id=organization_id,
        region=snapshot.region,
        service_id=snapshot.service_id,
        client_id=snapshot.client_id,
    )


def _is_unchanged(last: Version, snapshot: ObjectSnapshot) -> bool:
    if not snapshot.text or last.is_deleted:
        return not snapshot.text and last.is_deleted
    if last.modified_at != snapshot.modified_at:
        return False
    if last.digest == compute_digest(snapshot.text) or last.sketch == digest_without_counts(
        snapshot.text
    ):
        return True
    # Authlete may format the same version differently.
    return not diff_snapshots(
        last.document(), parse_snapshot(Document, snapshot.text, last.redactor)
    )


def _is_outdated(last: Version, snapshot: ObjectSnapshot, now: datetime) -> bool:
    """Return whether something newer was saved while the response was on its way."""
    if last.is_deleted:  # it was there when the call began, which says nothing of now
        return timedelta(0) <= last.first_at - _call_start(snapshot) < MAX_CALL_DURATION
    older = bool(snapshot.text) and snapshot.modified_at < last.modified_at
    return older and now - last.last_at < MAX_CALL_DURATION


def _touch(last: Version, snapshot: ObjectSnapshot) -> None:
    """Extend the version to the start of the call.

    It may have changed since, even by our own call.
    """
    if snapshot.is_write and not last.written:
        last.entry, last.written = snapshot.entry_id, True
        last.save(update_fields=["entry", "written"])
    began = _call_start(snapshot)
    if began - last.last_at > LAST_SEEN_TOLERANCE:
        Version.objects.filter(pk=last.pk, last_at__lt=began).update(last_at=began)


def _call_start(snapshot: ObjectSnapshot) -> datetime:
    """Return when the call started; now if it isn't in the audit log."""
    try:
        in_record = UUID(snapshot.entry_id).version == ENTRY_ID_VERSION
    except ValueError:
        in_record = False
    if not in_record:
        return timezone.now()
    return datetime.fromtimestamp(entry_id_to_microseconds(snapshot.entry_id) / 1_000_000, UTC)


def _build_version(
    organization_id: int, snapshot: ObjectSnapshot, last: Version | None, now: datetime
) -> Version:
    new = Version(
        organization_id=organization_id,
        region=snapshot.region,
        service_id=snapshot.service_id,
        client_id=snapshot.client_id,
        number=last.number + 1 if last else 1,
        digest=compute_digest(snapshot.text) if snapshot.text else "",
        sketch=digest_without_counts(snapshot.text) if snapshot.text else "",
        name=last.name if last else "",
        modified_at=snapshot.modified_at,
        first_at=now,
        last_at=now,
        entry=snapshot.entry_id,
        written=snapshot.is_write,
        key=get_audit_keys().current,
    )
    if snapshot.text:
        document = parse_snapshot(Document, snapshot.text, new.redactor).to_dict()
        new.name = make_storable(get_display_name(document))[:MAX_NAME_CHARS] or new.name
    new.mac = compute_version_mac(new, last.mac if last else "")
    return new


def compute_version_mac(version: Version, previous_mac: str) -> str:
    """Return the HMAC-SHA256 of a version and the previous MAC."""
    parts = (
        "meridian version v1",
        previous_mac,
        version.organization_id,
        version.region,
        version.service_id,
        version.client_id,
        version.number,
        version.digest,
        version.modified_at,
        int(version.first_at.timestamp() * 1_000_000),
    )
    data = "\n".join(map(str, parts)).encode()
    return hmac.digest(get_audit_keys()[version.key], data, "sha256").hex()


def compute_start_mac(version: Version) -> str:
    """Return the HMAC-SHA256 of a version whose predecessor was deleted."""
    data = f"meridian version start v1\n{version.before}\n{version.mac}".encode()
    return hmac.digest(get_audit_keys()[version.key], data, "sha256").hex()


def digest_without_counts(text: str) -> str:
    """Return the digest of a stored text without Authlete's counters."""
    return compute_digest(strip_server_fields(text))

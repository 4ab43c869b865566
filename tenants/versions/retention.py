"""Delete expired versions.

The state at any time since then stays known, and the last one. The oldest remaining version
stores the previous MAC under a MAC of its own, so that other deletions are detected.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Min

from tenants.audit.actor import Actor
from tenants.audit.events import VERSIONS_EXPIRE
from tenants.audit.recorder import record_action
from tenants.audit.retention.expiry import earlier_clock
from tenants.audit.retention.policy import MICROSECONDS_PER_DAY, parse_retention_days
from tenants.authlete.changes import FieldChange
from tenants.versions.models import Content, Version
from tenants.versions.recorder import compute_start_mac
from tenants.versions.timeline import are_intact

log = logging.getLogger(__name__)

MAX_OBJECTS_PER_BATCH = 500
OBJECT_COLUMNS = ("organization_id", "region", "service_id", "client_id")


class ExpiredVersions(NamedTuple):
    """The versions of an object to delete: all before ``first_kept``."""

    object_key: dict[str, Any]
    first: int
    first_kept: int


def delete_expired_versions(build_actor: Callable[[int], Actor]) -> Iterator[int]:
    """Delete expired versions; yield the number per batch.

    Raises `AuditUnavailableError`, and then that batch is kept.
    """
    retention_days = parse_retention_days(settings.VERSIONS_KEEP)
    if not retention_days:
        return
    for organization, objects in find_expired_versions(retention_days).items():
        for start in range(0, len(objects), MAX_OBJECTS_PER_BATCH):
            batch = objects[start : start + MAX_OBJECTS_PER_BATCH]
            row_counts = [len(_load_intact(versions)) for versions in batch]
            # Another worker deleted the versions of objects without rows.
            deletable = [
                expired for expired, rows in zip(batch, row_counts, strict=True) if rows > 1
            ]
            if not deletable:
                continue
            count = sum(expired.first_kept - expired.first for expired in deletable)
            changes = [
                FieldChange("versions", None, count),
                FieldChange("days", None, retention_days),
            ]
            if invalid_count := row_counts.count(0):
                changes.append(FieldChange("unfit", None, invalid_count))
            label = f"{count} versions"
            with record_action(
                build_actor(organization), VERSIONS_EXPIRE, label=label, changes=changes
            ):
                for expired in deletable:
                    _delete(expired)
            yield count


def find_expired_versions(retention_days: int) -> dict[int, list[ExpiredVersions]]:
    """Return by organization versions superseded before the retention period."""
    until = datetime.fromtimestamp(
        (earlier_clock() - retention_days * MICROSECONDS_PER_DAY) / 1_000_000, UTC
    )
    old = Version.objects.filter(first_at__lt=until).order_by()
    spans = old.values(*OBJECT_COLUMNS).annotate(first=Min("number"), first_kept=Max("number"))
    expired = defaultdict(list)
    for row in spans.filter(first__lt=F("first_kept")).iterator():
        first, first_kept = row.pop("first"), row.pop("first_kept")
        expired[row["organization_id"]].append(ExpiredVersions(row, first, first_kept))
    return expired


def _load_intact(expired: ExpiredVersions) -> list[Version]:
    """Load the versions; return none if they were tampered with."""
    versions = Version.objects.filter(**expired.object_key)
    rows = list(versions.filter(number__lte=expired.first_kept).order_by("number"))
    if are_intact(rows):
        return rows
    log.error("versions of %s are inconsistent and were not deleted", expired.object_key)
    return []


def _delete(expired: ExpiredVersions) -> None:
    versions = Version.objects.filter(**expired.object_key)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Writers of versions wait, then see which contents were deleted.
            with connection.cursor() as cursor:
                table = Version._meta.db_table
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        rows = _load_intact(expired)  # checked again under the lock
        if len(rows) < 2:
            return
        *deleted, version = rows
        version.before = deleted[-1].mac
        version.seal = compute_start_mac(version)
        version.save(update_fields=["before", "seal"])
        versions.filter(number__lt=expired.first_kept).delete()
        digests = {row.digest for row in deleted}
        used = Version.objects.filter(digest__in=digests)
        digests -= set(used.values_list("digest", flat=True))
        Content.objects.filter(digest__in=digests).delete()

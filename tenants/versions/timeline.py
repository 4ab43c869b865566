"""The state of an object at any time, as far as known.

Authlete's ``modifiedAt`` changes with every save. A version holds from then until it was last
seen; until the next one it may have changed more than once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Exists, OuterRef, QuerySet

from tenants.audit.models import AuditEntry
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.timestamps import datetime_from_ms
from tenants.crypto.key_ring import KeyNotFoundError
from tenants.versions import external_changes
from tenants.versions.models import Version
from tenants.versions.recorder import compute_start_mac, compute_version_mac

ONE_MICROSECOND = timedelta(microseconds=1)  # after a sight, at the moment of which it was so


@dataclass(frozen=True, slots=True)
class VersionSpan:
    """A version and the time for which it's known."""

    version: Version
    since: datetime
    until: datetime  # when it was seen last
    next_since: datetime | None = None  # when the next one began; None for the newest
    is_intact: bool = True  # its MAC is valid


def load_spans(
    organization_id: int, region: str, service_id: int, client_id: int = 0
) -> list[VersionSpan]:
    """Return all spans of an object, oldest first."""
    rows = Version.objects.filter(
        organization_id=organization_id, region=region, service_id=service_id, client_id=client_id
    ).order_by("number")
    versions = list(rows)
    starts, matching = list(_start_times(versions)), _check_macs(versions)
    return [
        VersionSpan(
            version,
            starts[index],
            version.last_at,
            starts[index + 1] if index + 1 < len(versions) else None,
            matching[index],
        )
        for index, version in enumerate(versions)
    ]


def find_span_at(spans: Sequence[VersionSpan], moment: datetime) -> VersionSpan | None:
    """Return the span at a time, or None before the first."""
    return next((span for span in reversed(spans) if span.since <= moment), None)


def find_change(entry: AuditEntry) -> tuple[VersionSpan, VersionSpan] | None:
    """Return the spans before and after the change of an entry."""
    if not entry.service.isdecimal():
        return None
    client = int(entry.client) if entry.client.isdecimal() else 0
    spans = load_spans(entry.organization_id, entry.region, int(entry.service), client)
    pairs = pairwise(spans)
    return next((pair for pair in pairs if _is_result_of(pair[1].version, entry)), None)


def _is_result_of(version: Version, entry: AuditEntry) -> bool:
    if version.outside:
        return entry.object.endswith(external_changes.event_object_suffix(version))
    return version.written and version.entry == entry.entry


def _start_times(versions: Sequence[Version]) -> list[datetime]:
    """Return when each version began: Authlete's time, limited by our observations."""
    times = []
    before: Version | None = None
    for version in versions:
        start = (
            version.first_at if version.is_deleted else min(_modified_at(version), version.first_at)
        )
        times.append(max(start, before.last_at + ONE_MICROSECOND) if before else start)
        before = version
    return times


def _modified_at(version: Version) -> datetime:
    return datetime_from_ms(version.modified_at) or version.first_at


def are_intact(versions: Sequence[Version]) -> bool:
    """Return whether the versions, oldest first, are unchanged and complete."""
    return all(_check_macs(versions))


def _check_macs(versions: Sequence[Version]) -> list[bool]:
    """Return for each version whether its MAC is valid."""
    results, before = [], ""
    for number, version in enumerate(versions):
        try:
            if number == 0 and version.seal and compute_start_mac(version) == version.seal:
                before = version.before
            results.append(compute_version_mac(version, before) == version.mac)
        except KeyNotFoundError:
            results.append(False)
        before = version.mac
    return results


def load_newest_versions(
    organization_id: int, services: Iterable[tuple[str, int]]
) -> dict[ObjectRef, Version]:
    """Return the newest versions of services and their clients."""
    expected = set(services)
    rows = _newest_versions(organization_id, {region for region, _ in expected}).filter(
        service_id__in={service for _, service in expected}
    )
    return {
        ObjectRef(row.region, row.service_id, row.client_id): row
        for row in rows.order_by().iterator()
        if (row.region, row.service_id) in expected
    }


def load_existing_services(organization_id: int, regions: Iterable[str]) -> list[Version]:
    """Return the newest version of each existing service of these regions."""
    rows = _newest_versions(organization_id, regions).filter(client_id=0, digest__gt="")
    return list(rows.order_by())


def _newest_versions(organization_id: int, regions: Iterable[str]) -> QuerySet[Version]:
    later = Version.objects.filter(
        organization_id=OuterRef("organization_id"),
        region=OuterRef("region"),
        service_id=OuterRef("service_id"),
        client_id=OuterRef("client_id"),
        number__gt=OuterRef("number"),
    )
    versions = Version.objects.filter(organization_id=organization_id, region__in=list(regions))
    return versions.filter(~Exists(later))

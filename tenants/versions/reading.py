"""What an object was like at any moment, as far as it is known.

Authlete's `modifiedAt` moves with every change (api.md, 9.1). So a version holds from
its `modifiedAt` up to when it was seen last; from then up to the next one's it may
have been changed elsewhere more than once, and only the last of that was seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Exists, OuterRef, QuerySet

from tenants.audit.models import AuditEntry
from tenants.authlete.times import time_of
from tenants.keyring import KeyMissing
from tenants.versions import outside
from tenants.versions.keeping import mac, seal
from tenants.versions.models import Version

NEXT = timedelta(microseconds=1)  # after a sight, at the moment of which it was so


@dataclass(frozen=True, slots=True)
class Span:
    """A version, and the time that it is known for."""

    version: Version
    since: datetime
    until: datetime  # when it was seen last
    next: datetime | None = None  # when the next one began; None for the newest
    matches: bool = True  # its mac says that nobody changed it here


def spans(
    organization_id: int, region: str, service_id: int, client_id: int = 0
) -> list[Span]:
    """Everything that is known of an object, the oldest first."""
    rows = Version.objects.filter(
        organization_id=organization_id,
        region=region,
        service_id=service_id,
        client_id=client_id,
    ).order_by("number")
    versions = list(rows)
    starts, matching = list(_starts(versions)), _matching(versions)
    return [
        Span(
            one,
            starts[at],
            one.last_at,
            starts[at + 1] if at + 1 < len(versions) else None,
            matching[at],
        )
        for at, one in enumerate(versions)
    ]


def at(spans: Sequence[Span], moment: datetime) -> Span | None:
    """The version that held then; None where nothing is known that far back."""
    return next((one for one in reversed(spans) if one.since <= moment), None)


def made(entry: AuditEntry) -> tuple[Span, Span] | None:
    """The version that a change came to, made here or elsewhere, behind the one before
    it."""
    if not entry.service.isdecimal():
        return None
    client = int(entry.client) if entry.client.isdecimal() else 0
    found = spans(entry.organization_id, entry.region, int(entry.service), client)
    pairs = pairwise(found)
    return next((pair for pair in pairs if _is_of(pair[1].version, entry)), None)


def _is_of(version: Version, entry: AuditEntry) -> bool:
    if version.outside:
        return entry.object.endswith(outside.until(version))
    return version.written and version.entry == entry.entry


def _starts(versions: Sequence[Version]) -> list[datetime]:
    """When each began: Authlete's word, where it fits between two sights of ours."""
    found = []
    before: Version | None = None
    for one in versions:
        start = one.first_at if one.is_gone else min(_told(one), one.first_at)
        found.append(max(start, before.last_at + NEXT) if before else start)
        before = one
    return found


def _told(version: Version) -> datetime:
    return time_of(version.modified_at) or version.first_at


def is_whole(versions: Sequence[Version]) -> bool:
    """Whether these, the oldest first, are as they were kept, and none is missing."""
    return all(_matching(versions))


def _matching(versions: Sequence[Version]) -> list[bool]:
    """Of each whether it is as it was kept, right after the one before."""
    found, before = [], ""
    for number, one in enumerate(versions):
        try:
            if number == 0 and one.seal and seal(one) == one.seal:
                before = one.before
            found.append(mac(one, before) == one.mac)
        except KeyMissing:
            found.append(False)
        before = one.mac
    return found


def newest(
    organization_id: int, services: Iterable[tuple[str, int]]
) -> dict[tuple[str, int, int], Version]:
    """The newest version of these services and of their clients, by region, service
    and client."""
    wanted = set(services)
    rows = _newest(organization_id, {region for region, _ in wanted}).filter(
        service_id__in={service for _, service in wanted}
    )
    return {
        (one.region, one.service_id, one.client_id): one
        for one in rows.order_by().iterator()
        if (one.region, one.service_id) in wanted
    }


def services_there(organization_id: int, regions: Iterable[str]) -> list[Version]:
    """The newest version of each service of these regions that was not gone then."""
    rows = _newest(organization_id, regions).filter(client_id=0, digest__gt="")
    return list(rows.order_by())


def _newest(organization_id: int, regions: Iterable[str]) -> QuerySet[Version]:
    later = Version.objects.filter(
        organization_id=OuterRef("organization_id"),
        region=OuterRef("region"),
        service_id=OuterRef("service_id"),
        client_id=OuterRef("client_id"),
        number__gt=OuterRef("number"),
    )
    own = Version.objects.filter(
        organization_id=organization_id, region__in=list(regions)
    )
    return own.filter(~Exists(later))

"""Reattribute changes once a call that explained them is resolved as failed."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched

from django.core.cache import cache
from django.utils import timezone

from tenants.audit.events import AUDIT_RESOLVE
from tenants.audit.models import IS_CHANGE, OUTCOME_TIMEOUT, AuditEntry, to_microseconds
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport.deadline import Deadline
from tenants.versions.external_changes import (
    CLIENT_CREATION_OPERATIONS,
    EXPLAINING_OPERATIONS,
    MAX_ENTRIES_INSPECTED,
    is_external_change,
    is_external_creation,
)
from tenants.versions.models import Version

LOOKBACK = timedelta(days=30)  # for which settled calls are looked through
TIMEOUT_SECONDS = 10.0  # for those of one organization; the others next time
CREATION_OPERATIONS = (*CLIENT_CREATION_OPERATIONS, "idp.create_service")


def reattribute_changes(organization_id: int) -> None:
    """Mark versions as external whose explaining call failed.

    `external_changes.report_pending` records them. Resolutions are checked until no earlier
    response can arrive anymore.
    """
    cache_key, deadline = f"settled-looked:{organization_id}", Deadline(TIMEOUT_SECONDS)
    now = timezone.now()
    final_before = to_microseconds(now - OUTCOME_TIMEOUT)
    resolutions = AuditEntry.objects.filter(
        organization_id=organization_id,
        operation=AUDIT_RESOLVE.name,
        seq__gt=cache.get(cache_key, 0),
        at__gt=to_microseconds(now - LOOKBACK),
    ).order_by("seq")
    for batch in batched(resolutions.values_list("seq", "at", "object"), MAX_ENTRIES_INSPECTED):
        _reattribute(organization_id, [resolved for *_, resolved in batch])
        if remaining := [seq for seq, ended_at, _ in batch if ended_at < final_before]:
            cache.set(cache_key, remaining[-1], LOOKBACK.total_seconds())
        if not deadline.remaining():
            return


def _reattribute(organization_id: int, resolved: Iterable[str]) -> None:
    call = AuditEntry.objects.filter(
        IS_CHANGE,
        organization_id=organization_id,
        entry__in=resolved,
        operation__in=EXPLAINING_OPERATIONS,
        outcome=Outcome.FAILED,
    )
    for entry in call:
        for new in _versions_seen_after(entry):
            versions = Version.objects.filter(pk=new.pk, outside=Version.Outside.NO)
            versions.update(outside=Version.Outside.UNREPORTED)


def _versions_seen_after(entry: AuditEntry) -> Iterator[Version]:
    """Yield versions that this failed call seemed to explain, and no other does."""
    rows = Version.objects.filter(
        organization_id=entry.organization_id,
        region=entry.region,
        outside=Version.Outside.NO,
        written=False,
        first_at__gte=entry.time,
    ).order_by("first_at")
    if entry.service:
        rows = rows.filter(service_id=int(entry.service))
    if entry.operation in CREATION_OPERATIONS:
        rows = rows.filter(number=1)
    elif entry.operation != "idp.remove_service":  # that takes the clients along
        rows = rows.filter(client_id=int(entry.client or 0))
    for new in rows[:MAX_ENTRIES_INSPECTED]:
        last = Version.objects.filter(
            organization_id=new.organization_id,
            region=new.region,
            service_id=new.service_id,
            client_id=new.client_id,
            number=new.number - 1,
        ).first()
        if last is None:
            if new.number == 1 and is_external_creation(new):
                yield new
        elif last.last_at < entry.time + OUTCOME_TIMEOUT and is_external_change(last, new):
            yield new

"""What a lost call was taken to have done, and cannot have, since it is known by now
that it did nothing."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched

from django.core.cache import cache
from django.utils import timezone

from tenants.audit.events import AUDIT_SETTLE
from tenants.audit.models import CHANGES, PATIENCE, AuditEntry, microseconds
from tenants.authlete.deadline import Deadline
from tenants.authlete.errors import Outcome
from tenants.versions.models import Version
from tenants.versions.outside import HIDING, LOOKED, MAKING, is_made, is_so

BACK = timedelta(days=30)  # for which settled calls are looked through
SECONDS = 10.0  # for those of one organization; the others next time
MADE = (*MAKING, "idp.create_service")


def notice(organization_id: int) -> None:
    """Find the changes that were made elsewhere, for `outside.tell_all`.

    What was settled is looked at until no answer from before that can be on its way
    to be kept any more, and then left out.
    """
    known, end = f"settled-looked:{organization_id}", Deadline(SECONDS)
    now = timezone.now()
    sure = microseconds(now - PATIENCE)
    settlings = AuditEntry.objects.filter(
        organization_id=organization_id,
        operation=AUDIT_SETTLE.name,
        seq__gt=cache.get(known, 0),
        at__gt=microseconds(now - BACK),
    ).order_by("seq")
    for some in batched(settlings.values_list("seq", "at", "object"), LOOKED):
        _notice(organization_id, [settled for *_, settled in some])
        if left := [seq for seq, at, _ in some if at < sure]:
            cache.set(known, left[-1], BACK.total_seconds())
        if not end.left():
            return


def _notice(organization_id: int, settled: Iterable[str]) -> None:
    lost = AuditEntry.objects.filter(
        CHANGES,
        organization_id=organization_id,
        entry__in=settled,
        operation__in=HIDING,
        outcome=Outcome.NOT_DONE,
    )
    for entry in lost:
        for new in _seen_then(entry):
            own = Version.objects.filter(pk=new.pk, outside=Version.Outside.NO)
            own.update(outside=Version.Outside.UNTOLD)


def _seen_then(entry: AuditEntry) -> Iterator[Version]:
    """What was seen since it was sent, up to when it was the cause of nothing more, and
    was made or changed by no other call of the console's."""
    rows = Version.objects.filter(
        organization_id=entry.organization_id,
        region=entry.region,
        outside=Version.Outside.NO,
        written=False,
        first_at__gte=entry.time,
    ).order_by("first_at")
    if entry.service:
        rows = rows.filter(service_id=int(entry.service))
    if entry.operation in MADE:
        rows = rows.filter(number=1)
    elif entry.operation != "idp.remove_service":  # that takes the clients along
        rows = rows.filter(client_id=int(entry.client or 0))
    for new in rows[:LOOKED]:
        last = Version.objects.filter(
            organization_id=new.organization_id,
            region=new.region,
            service_id=new.service_id,
            client_id=new.client_id,
            number=new.number - 1,
        ).first()
        if last is None:
            if new.number == 1 and is_made(new):
                yield new
        elif last.last_at < entry.time + PATIENCE and is_so(last, new):
            yield new

"""What a lost call was taken to have done, and cannot have, since it is known by now
that it did nothing."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from tenants.audit.events import AUDIT_SETTLE
from tenants.audit.models import CHANGES, PATIENCE, AuditEntry, microseconds
from tenants.authlete.errors import Outcome
from tenants.versions.models import Version
from tenants.versions.outside import HIDING, LOOKED, MAKING, is_made, is_so

BACK = timedelta(days=30)  # for which settled calls are looked through
MADE = (*MAKING, "idp.create_service")


def notice(organization_id: int) -> None:
    """Find the changes that were made elsewhere, for `outside.tell_all`."""
    settlings = AuditEntry.objects.filter(
        organization_id=organization_id,
        operation=AUDIT_SETTLE.name,
        at__gt=microseconds(timezone.now() - BACK),
    ).order_by("-seq")
    lost = AuditEntry.objects.filter(
        CHANGES,
        organization_id=organization_id,
        entry__in=list(settlings.values_list("object", flat=True)[:LOOKED]),
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

"""A part whose reply was lost, and its call in the record: what is found out of one
counts for the other."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from console.batches import watching
from console.models import Sending
from tenants.audit.lost.settling import follows
from tenants.audit.models import AuditEntry
from tenants.authlete.api.batches import CREATE
from tenants.authlete.errors import Outcome
from tenants.reconciling import learnt


@learnt(CREATE.name)
def request_id(entry: AuditEntry) -> Mapping[str, Any]:
    """The id, where the reply told it and the console was killed before that was
    noted, or somebody has found it since."""
    known = _sendings(entry).exclude(request_id="").first()
    return {"request_id": known.request_id} if known else {}


@follows(CREATE.name)
def follow(entry: AuditEntry, _outcome: Outcome) -> None:
    for sending in _sendings(entry).select_related("batch"):
        watching.settle(sending.batch)


def _sendings(entry: AuditEntry) -> QuerySet[Sending]:
    return Sending.objects.filter(
        entry=entry.entry,
        is_dry=False,
        batch__organization=entry.organization_id,
        batch__region=entry.region,
        batch__service_id=entry.service,
    )

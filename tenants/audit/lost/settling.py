"""The list of what is unknown, and writing down what was found out.

Nothing is rewritten: the entry gets a further outcome, which is the one that counts
from then on, and the settling is an entry of its own.
"""

from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from tenants.audit import rows
from tenants.audit.events import AUDIT_SETTLE
from tenants.audit.models import CHANGES, NOT_DONE, PATIENCE, AuditEntry, microseconds
from tenants.audit.who import Who
from tenants.audit.writer import Unwritten, writer
from tenants.authlete.changes import Change
from tenants.authlete.errors import NotRecorded, Outcome


def unknown(organization: int) -> QuerySet[AuditEntry]:
    """What may have changed something and nobody knows whether it did, newest first."""
    late = Q(outcome="", at__lt=microseconds(datetime.now(UTC) - PATIENCE))
    return AuditEntry.objects.filter(
        CHANGES,
        NOT_DONE,
        Q(outcome=Outcome.UNKNOWN) | late,
        organization_id=organization,
    )


def settle(
    who: Who,
    entry: AuditEntry,
    outcome: Outcome,
    found: str,
    *,
    reason: str = "",
    ticket: str = "",
) -> None:
    """Write down what became of ``entry``, and by whom and what that was found.

    Raises `NotRecorded`, and then nothing is settled.
    """
    told = rows.intent(
        who,
        AUDIT_SETTLE.name,
        AUDIT_SETTLE.effect,
        object=entry.entry,
        label=f"{entry.operation} {entry.label}".strip(),
        changes=[
            Change("outcome", entry.fate.value, outcome.value),
            Change("found", None, found),
        ],
        region=entry.region,
        service=entry.service,
        client=entry.client,
        reason=reason,
        ticket=ticket,
    )
    ends = [
        rows.outcome(told.entry, Outcome.DONE),
        rows.outcome(entry.entry, outcome, status=entry.status, code=entry.code),
    ]
    try:
        writer.write([told, *ends])
    except Unwritten as error:
        raise NotRecorded(f"{error} Nothing was settled.") from error


def settling_of(entry: AuditEntry) -> AuditEntry | None:
    """The newest entry that settled this one."""
    return AuditEntry.objects.filter(
        organization_id=entry.organization_id,
        operation=AUDIT_SETTLE.name,
        object=entry.entry,
        object__gt="",  # the index's own condition
    ).first()

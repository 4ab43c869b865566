"""The list of what is unknown, and writing down what was found out.

Nothing is rewritten: the entry gets a further outcome, which is the one that counts
from then on, and the settling is an entry of its own.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

from django.db import Error
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tenants.alerts import alert
from tenants.audit import rows
from tenants.audit.events import AUDIT_SETTLE
from tenants.audit.models import PATIENCE, UNSETTLED, AuditEntry, microseconds
from tenants.audit.store import append
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.errors import NotRecorded, Outcome
from tenants.keyring import KeyMissing

AT_ONCE = 500  # entries in one question to the database

log = logging.getLogger(__name__)

type Follow = Callable[[AuditEntry, Outcome], None]
FOLLOWING: dict[str, Follow] = {}


def follows(operation: str) -> Callable[[Follow], Follow]:
    """Register what is to know at once that a call of this kind was settled. It may be
    killed before, so whatever follows must be found without it as well."""

    def register(follow: Follow) -> Follow:
        FOLLOWING[operation] = follow
        return follow

    return register


def unknown(organization: int) -> QuerySet[AuditEntry]:
    """What may have changed something and nobody knows whether it did, newest first."""
    late = Q(outcome="", at__lt=microseconds(datetime.now(UTC) - PATIENCE))
    return AuditEntry.objects.filter(
        UNSETTLED,
        Q(outcome=Outcome.UNKNOWN) | late,
        organization_id=organization,
    )


class _Overtaken(Exception):
    """The outcome became known meanwhile."""


def settle(
    who: Who,
    entry: AuditEntry,
    outcome: Outcome,
    found: str,
    *,
    reason: str = "",
    ticket: str = "",
) -> bool:
    """Write down what became of ``entry``, and by whom and what that was found.

    False where that became known since it was looked at: what was known first stays.
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
        append([told, *ends], lambda: _hold(entry))
    except _Overtaken:
        return False
    except (Error, KeyMissing) as error:
        alert("audit.unwritten", level=logging.ERROR, error=type(error).__name__)
        message = _("The record cannot be written. Nothing was settled.")
        raise NotRecorded(message) from error
    if follow := FOLLOWING.get(entry.operation):
        try:
            follow(entry, outcome)
        except Exception:
            log.exception("what follows from entry %s waits for a look", entry.entry)
    return True


def _hold(entry: AuditEntry) -> None:
    """Raises `_Overtaken` unless it is unknown still, while nobody writes."""
    if not unknown(entry.organization_id).filter(seq=entry.seq).exists():
        raise _Overtaken


@dataclass(frozen=True, slots=True)
class Settled:
    """How an entry was settled; ``by`` tells who did that, when and why."""

    outcome: str
    by: AuditEntry


def settled(organization: int, entries: Iterable[str]) -> dict[str, Settled]:
    """Those of these entries that were settled, each as it was last."""
    found: dict[str, Settled] = {}
    for some in batched((one for one in set(entries) if one), AT_ONCE):
        rows = AuditEntry.objects.filter(
            organization_id=organization,
            operation=AUDIT_SETTLE.name,
            object__in=some,
            object__gt="",  # the index's own condition
        )
        for by in rows.order_by("seq"):
            told = {one["field"]: one["after"] for one in by.changes}
            found[by.object] = Settled(told.get("outcome", ""), by)
    return found


def settling_of(entry: AuditEntry) -> AuditEntry | None:
    """The newest entry that settled this one."""
    found = settled(entry.organization_id, [entry.entry]).get(entry.entry)
    return found.by if found else None

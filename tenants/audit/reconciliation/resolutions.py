"""Resolve unknown outcomes.

The entry gets a second outcome, which is effective from then on, and the resolution is an entry
of its own.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

from django.db import Error
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.events import AUDIT_RESOLVE
from tenants.audit.models import IS_UNRESOLVED, OUTCOME_TIMEOUT, AuditEntry, to_microseconds
from tenants.audit.store import append_records
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.outcome import Outcome
from tenants.crypto.key_ring import KeyNotFoundError
from tenants.outbound.alerts import alert

MAX_ENTRIES_PER_QUERY = 500  # entries in one question to the database

log = logging.getLogger(__name__)

type ResolutionHook = Callable[[AuditEntry, Outcome], None]
RESOLUTION_HOOKS: dict[str, ResolutionHook] = {}


def on_resolved(operation: str) -> Callable[[ResolutionHook], ResolutionHook]:
    """Register a hook that runs when a call of this operation is resolved.

    The process may be killed before, so its effect must be found without it as well.
    """

    def register(follow: ResolutionHook) -> ResolutionHook:
        RESOLUTION_HOOKS[operation] = follow
        return follow

    return register


def find_unresolved(organization: int | None = None) -> QuerySet[AuditEntry]:
    """Return the changes with an unknown outcome, of one organization or all, newest first."""
    late = Q(outcome="", at__lt=to_microseconds(datetime.now(UTC) - OUTCOME_TIMEOUT))
    entries = AuditEntry.objects.filter(IS_UNRESOLVED, Q(outcome=Outcome.UNKNOWN) | late)
    return entries if organization is None else entries.filter(organization_id=organization)


class _AlreadyResolvedError(Exception):
    """The outcome became known meanwhile."""


def resolve(
    actor: Actor,
    entry: AuditEntry,
    outcome: Outcome,
    evidence: str,
    *,
    reason: str = "",
    ticket: str = "",
) -> bool:
    """Record the outcome of ``entry`` and the evidence for it.

    Return False if the outcome became known meanwhile. Raises `AuditUnavailableError`, and then
    nothing is resolved.
    """
    intent = record_builder.build_intent(
        actor,
        AUDIT_RESOLVE.name,
        AUDIT_RESOLVE.effect,
        object=entry.entry,
        label=f"{entry.operation} {entry.label}".strip(),
        changes=[
            FieldChange("outcome", entry.effective_outcome.value, outcome.value),
            FieldChange("found", None, evidence),
        ],
        region=entry.region,
        service=entry.service,
        client=entry.client,
        reason=reason,
        ticket=ticket,
    )
    ends = [
        record_builder.build_outcome(intent.entry, Outcome.SUCCEEDED),
        record_builder.build_outcome(entry.entry, outcome, status=entry.status, code=entry.code),
    ]
    try:
        append_records([intent, *ends], lambda: _check_still_unresolved(entry))
    except _AlreadyResolvedError:
        return False
    except (Error, KeyNotFoundError) as error:
        alert("audit.unwritten", level=logging.ERROR, error=type(error).__name__)
        message = _("The audit log can't be written. Nothing was resolved.")
        raise AuditUnavailableError(message) from error
    if follow := RESOLUTION_HOOKS.get(entry.operation):
        try:
            follow(entry, outcome)
        except Exception:
            log.exception("the resolution hook of entry %s failed", entry.entry)
    return True


def _check_still_unresolved(entry: AuditEntry) -> None:
    """Raise `_AlreadyResolvedError` unless unresolved, under the lock."""
    if not find_unresolved(entry.organization_id).filter(seq=entry.seq).exists():
        raise _AlreadyResolvedError


@dataclass(frozen=True, slots=True)
class Resolution:
    """How an entry was resolved; ``by`` is the resolving entry."""

    outcome: str
    by: AuditEntry


def find_resolutions(organization: int, entries: Iterable[str]) -> dict[str, Resolution]:
    """Return the last resolution of each of these entries."""
    resolutions: dict[str, Resolution] = {}
    for batch in batched((entry for entry in set(entries) if entry), MAX_ENTRIES_PER_QUERY):
        rows = AuditEntry.objects.filter(
            organization_id=organization,
            operation=AUDIT_RESOLVE.name,
            object__in=batch,
            object__gt="",  # the index's own condition
        )
        for row in rows.order_by("seq"):
            changes = {change["field"]: change["after"] for change in row.changes}
            resolutions[row.object] = Resolution(changes.get("outcome", ""), row)
    return resolutions


def find_resolution_entry(entry: AuditEntry) -> AuditEntry | None:
    """Return the newest entry that resolved this one."""
    resolution = find_resolutions(entry.organization_id, [entry.entry]).get(entry.entry)
    return resolution.by if resolution else None

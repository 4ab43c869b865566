"""Record calls to Authlete and local events in the audit log.

Use outside of a transaction: entries are written on a separate connection, which would wait for
the caller's transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.events import DENIALS_COUNTED, AuditEvent
from tenants.audit.integrity import anchors
from tenants.audit.record_builder import build_intent, build_outcome
from tenants.audit.records import IntentRecord, Record
from tenants.audit.writer import AuditWriteError, writer
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.outbound.alerts import WindowCounter, alert, should_report


@dataclass(frozen=True)
class AuditLogSink:
    """An `AuditSink` that records the calls of one actor."""

    actor: Actor
    reason: str = ""
    ticket: str = ""
    reason_names_subject: bool = False  # whom the reason may name, so it stands beside them
    object: str = ""  # of all calls, such as the item of a job
    hints: Mapping[str, Any] = field(default_factory=dict)  # beside those of each call

    @property
    def is_thread_safe(self) -> bool:
        """Return whether the writer's thread writes all entries."""
        return not settings.AUDIT_INLINE

    def record_intents(self, calls: Sequence[CallIntent]) -> list[str]:
        """Commit intents; raise `AuditUnavailableError` if no call may be sent."""
        changes = any(call.operation.effect is not Effect.READ for call in calls)
        if changes and anchors.anchor_monitor.blocks_changes():
            raise AuditUnavailableError(
                _(
                    "No checkpoint of the audit log has reached an external sink lately."
                    " Nothing was sent."
                )
            )
        intents = [self._build_intent(call) for call in calls]
        unsent = [build_outcome(row.entry, Outcome.NOT_SENT) for row in intents]
        try:
            writer.write(intents, if_abandoned=unsent)
        except AuditWriteError as error:
            message = _("%(reason)s Nothing was sent.") % {"reason": error}
            raise AuditUnavailableError(message) from error
        return [row.entry for row in intents]

    def record_outcomes(self, outcomes: Sequence[CallOutcome], *, wait: bool = True) -> None:
        """Commit outcomes.

        If that fails, the call happened all the same: its entry stays open until it is reconciled.
        """
        rows = [
            build_outcome(
                outcome.entry_id,
                outcome.outcome,
                status=outcome.status,
                code=outcome.code,
                surprises=outcome.unexpected_changes,
            )
            for outcome in outcomes
        ]
        writer.write_outcomes(rows, wait=wait)

    def flush(self) -> None:
        with suppress(AuditWriteError):  # the writer has reported it
            writer.flush()

    def _build_intent(self, call: CallIntent) -> IntentRecord:
        is_told = bool(call.subject) or not self.reason_names_subject
        return build_intent(
            self.actor,
            call.operation.name,
            call.operation.effect.value,
            changes=call.changes,
            reconciliation_hints={**call.reconciliation_hints, **self.hints},
            attempt=call.attempt,
            region=call.region,
            service=call.path_params.get("service_id", ""),
            client=call.path_params.get("client_id", ""),
            subject=call.subject,
            object=self.object,
            label=call.label,
            path=call.path,
            reason=self.reason if is_told else "",
            ticket=self.ticket if is_told else "",
        )


MAX_DENIALS_PER_ACTOR = 30  # recorded one by one per minute
MAX_DENIALS_TOTAL = 600  # those of all actors together

_denial_counter = WindowCounter()


class EventDetails(TypedDict, total=False):
    """Optional details of an event."""

    label: str  # name of the object
    object: str  # identifier, such as an email address or a page name
    changes: Sequence[FieldChange]
    region: str
    service: str
    client: str
    subject: str
    reason: str
    ticket: str


def record_event(
    actor: Actor,
    event: AuditEvent,
    effect: str = "",
    outcome: Outcome = Outcome.SUCCEEDED,
    **details: Unpack[EventDetails],
) -> None:
    """Record an event that happened; ``effect`` defaults to the event's.

    Raises `AuditUnavailableError`, and then the event must not happen. Denials never raise, and
    repeated ones are counted.
    """
    effect = effect or event.effect
    if not event.is_denial:
        _write_event(actor, event, effect, outcome, 1, details)
    elif denial := _select_denial(actor, event, effect, details):
        listed, counted, times = denial
        if counted is not event:
            effect, details = counted.effect, {}
        try:
            entry = _write_event(listed, counted, effect, outcome, times, details)
        except AuditUnavailableError:
            entry = ""
        alert(
            counted.name,
            entry=entry,
            organization=listed.organization,
            actor=listed.user_id,
            address=listed.ip_address,
        )


@contextmanager
def record_action(
    actor: Actor, event: AuditEvent, *, is_read_only: bool = False, **details: Unpack[EventDetails]
) -> Iterator[None]:
    """Record the intent of the block and its outcome.

    An exception means that the action was rejected and changed nothing; a database error means that
    the outcome is unknown. Raises `AuditUnavailableError` before the block starts. Actions that are
    ``is_read_only`` are allowed while checkpoints aren't anchored.
    """
    if not is_read_only:
        _check_anchored(event, event.effect)
    row = record_builder.build_intent(actor, event.name, event.effect, **details)
    _write_records([row], entry=row.entry)
    outcome = Outcome.UNKNOWN
    try:
        yield
        outcome = Outcome.SUCCEEDED
    except DatabaseError:
        raise
    except Exception:
        outcome = Outcome.REJECTED
        raise
    finally:
        writer.write_outcomes([record_builder.build_outcome(row.entry, outcome)])


def _write_event(
    actor: Actor,
    event: AuditEvent,
    effect: str,
    outcome: Outcome,
    count: int,
    details: EventDetails,
) -> str:
    _check_anchored(event, effect)
    row = record_builder.build_intent(actor, event.name, effect, attempt=count, **details)
    _write_records([row, record_builder.build_outcome(row.entry, outcome)], entry=row.entry)
    return row.entry


def _check_anchored(event: AuditEvent, effect: str) -> None:
    if event.requires_anchor(effect) and anchors.anchor_monitor.blocks_changes():
        raise AuditUnavailableError(
            _(
                "No checkpoint of the audit log has reached an external sink lately."
                " Nothing was changed."
            )
        )


def _write_records(records: Sequence[Record], *, entry: str) -> None:
    try:
        writer.write(records, if_abandoned=[record_builder.build_outcome(entry, Outcome.NOT_SENT)])
    except AuditWriteError as error:
        message = _("%(reason)s Nothing was changed.") % {"reason": error}
        raise AuditUnavailableError(message) from error


def _select_denial(
    actor: Actor, event: AuditEvent, effect: str, details: EventDetails
) -> tuple[Actor, AuditEvent, int] | None:
    """Return actor, event and count to record for a denial; None if only counted.

    See docs/explanation/decisions/counted-denials.md.
    """
    source = _denial_source(actor)
    same = (actor.organization_id, source, event.name, effect, *map(str, details.values()))
    times = _denial_counter.count("same", *same)
    if not should_report(times):
        return None
    if _denial_counter.count("by", source) > MAX_DENIALS_PER_ACTOR:
        event, times = DENIALS_COUNTED, _denial_counter.count("more", source)
        if not should_report(times):
            return None
    if _denial_counter.count("all") > MAX_DENIALS_TOTAL:
        actor, event, times = (Actor(0, ""), DENIALS_COUNTED, _denial_counter.count("more"))
        if not should_report(times):
            return None
    return actor, event, times


def _denial_source(actor: Actor) -> str:
    """Return the source by which denials are counted: the account, or the IP address.

    IPv6 addresses count by /64 prefix, which one subscriber owns.
    """
    if actor.user_id:
        return str(actor.user_id)
    try:
        address = ip_address(actor.ip_address)
    except ValueError:
        return actor.ip_address
    return str(ip_network((address, 64 if address.version == 6 else 32), strict=False))

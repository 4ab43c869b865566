"""Build records that any database accepts."""

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.records import IntentRecord, OutcomeRecord, canonical_json
from tenants.authlete.changes import FieldChange
from tenants.authlete.json.reader import make_storable, replace_surrogates
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.fingerprint import Fingerprint

TEXT_FIELDS = tuple(
    "region service client subject object label path reason ticket".split()
)  # of an intent, each empty where there is nothing to say


def build_intent(
    actor: Actor,
    operation: str,
    effect: str,
    *,
    changes: Sequence[FieldChange] = (),
    attempt: int = 1,
    reconciliation_hints: Mapping[str, Any] | None = None,
    **texts: str,
) -> IntentRecord:
    """Build the first record of an entry; ``texts`` are non-empty `TEXT_FIELDS`."""
    fitted = {name: _truncate(name, texts.pop(name, "")) for name in TEXT_FIELDS}
    return IntentRecord(
        entry=new_entry_id(),
        at=_now_microseconds(),
        actor_id=actor.user_id,
        actor=_truncate("actor", actor.name),
        role=_truncate("role", actor.role),
        organization_id=actor.organization_id,
        organization=_truncate("organization", actor.organization),
        operation=operation,
        effect=effect,
        attempt=attempt,
        page=_truncate("page", actor.page_id),
        address=_truncate("address", actor.ip_address),
        changed=serialize_changes(changes),
        known=canonical_json(to_plain_json(reconciliation_hints)) if reconciliation_hints else "",
        **fitted,
        **texts,
    )


def build_outcome(
    entry: str,
    outcome: Outcome,
    *,
    status: int | None = None,
    code: str = "",
    surprises: Sequence[FieldChange] = (),
) -> OutcomeRecord:
    """Build the record of an entry's outcome."""
    code = _truncate("code", code)
    return OutcomeRecord(
        entry, outcome.value, status, code, _now_microseconds(), serialize_changes(surprises)
    )


def new_entry_id() -> str:
    """Return a UUIDv7, which sorts by time (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | int.from_bytes(os.urandom(10))
    number = number & ~(0xF << 76) | 7 << 76
    return str(UUID(int=number & ~(0b11 << 62) | 0b10 << 62))


def _now_microseconds() -> int:
    return time.time_ns() // 1000


def serialize_changes(changes: Sequence[FieldChange]) -> str:
    """Serialize changes as stored in the log."""
    return canonical_json(
        [
            {
                "field": change.field,
                "before": to_plain_json(change.before),
                "after": to_plain_json(change.after),
            }
            for change in changes
        ]
    )


def to_plain_json(value: Any) -> Any:
    """Convert a value to plain JSON as stored in the log."""
    match value:
        case Fingerprint():
            return {"fingerprint": value.hex}
        case dict():
            return {name: to_plain_json(inner) for name, inner in value.items()}
        case list() | tuple():
            return [to_plain_json(item) for item in value]
        case str():
            return replace_surrogates(value)
        case _:
            return value


_max_lengths = {
    field.name: field.max_length for field in AuditEntry._meta.fields if field.max_length
}


def _truncate(column: str, text: str) -> str:
    """Remove NUL and lone surrogates, and truncate to the column's length."""
    return text and make_storable(text)[: _max_lengths[column]]

"""Making rows that any database takes."""

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.audit.entry import Intent, Outcome, canonical
from tenants.audit.models import AuditEntry
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.errors import Outcome as Fate
from tenants.authlete.reading import clean, storable
from tenants.authlete.redaction import Fingerprint

TEXTS = tuple(
    "region service client subject object label path reason ticket".split()
)  # of an intent, each empty where there is nothing to say


def intent(
    who: Who,
    operation: str,
    effect: str,
    *,
    changes: Sequence[Change] = (),
    attempt: int = 1,
    known: Mapping[str, Any] | None = None,
    **texts: str,
) -> Intent:
    """The first row of an entry; ``texts`` are those of `TEXTS` that are not empty."""
    fitted = {name: _fit(name, texts.pop(name, "")) for name in TEXTS}
    return Intent(
        entry=new_id(),
        at=_now(),
        actor_id=who.actor_id,
        actor=_fit("actor", who.actor),
        role=_fit("role", who.role),
        organization_id=who.organization_id,
        organization=_fit("organization", who.organization),
        operation=operation,
        effect=effect,
        attempt=attempt,
        page=_fit("page", who.page),
        address=_fit("address", who.address),
        changed=told(changes),
        known=canonical(plain(known)) if known else "",
        **fitted,
        **texts,
    )


def outcome(
    entry: str,
    fate: Fate,
    *,
    status: int | None = None,
    code: str = "",
    surprises: Sequence[Change] = (),
) -> Outcome:
    """The row that says what became of an entry."""
    code = _fit("code", code)
    return Outcome(entry, fate.value, status, code, _now(), told(surprises))


def new_id() -> str:
    """A UUID that sorts by time (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | int.from_bytes(os.urandom(10))
    number = number & ~(0xF << 76) | 7 << 76
    return str(UUID(int=number & ~(0b11 << 62) | 0b10 << 62))


def _now() -> int:
    return time.time_ns() // 1000


def told(changes: Sequence[Change]) -> str:
    """Changes as the record keeps them."""
    return canonical(
        [
            {
                "field": change.field,
                "before": plain(change.before),
                "after": plain(change.after),
            }
            for change in changes
        ]
    )


def plain(value: Any) -> Any:
    """``value`` as the record keeps it."""
    match value:
        case Fingerprint():
            return {"fingerprint": value.mark}
        case dict():
            return {name: plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case str():
            return clean(value)
        case _:
            return value


_longest = {
    field.name: field.max_length
    for field in AuditEntry._meta.fields
    if field.max_length
}


def _fit(column: str, text: str) -> str:
    """``text`` without NUL, without a lone surrogate, and not too long."""
    return text and storable(text)[: _longest[column]]

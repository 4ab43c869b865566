"""The two records of an audit entry: intent and outcome."""

import json
import os
import re
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, ClassVar

from tenants.authlete.json.reader import replace_surrogates


@dataclass(frozen=True, slots=True)
class IntentRecord:
    """The intent of a call or event; fills columns of `AuditEntry`."""

    phase: ClassVar[str] = "intent"

    entry: str
    at: int
    actor_id: int
    actor: str
    role: str
    organization_id: int
    organization: str
    region: str
    operation: str
    effect: str
    service: str
    client: str
    subject: str
    object: str
    label: str
    path: str
    attempt: int
    reason: str
    ticket: str
    page: str
    address: str
    changed: str
    known: str  # hints for reconciliation: JSON or ""


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """The outcome of an entry."""

    phase: ClassVar[str] = "outcome"

    entry: str
    outcome: str
    status: int | None
    code: str
    ended_at: int
    surprises: str


LEAF_FORMAT = 2  # of the rows written now; older rows have no format
SALT_BYTES = 16  # bytes; random, so that deleted content can't be guessed from its hash

MAX_FIELD_NAME_CHARS = 200  # indexed characters of a member's name

# Members of a row that its search entry doesn't have.
ROW_ONLY_MEMBERS = {"format", "salt"}

# Errors raised by reading a row that was tampered with.
MALFORMED_ERRORS = (
    *(ArithmeticError, AttributeError, LookupError),
    *(RecursionError, TypeError, ValueError),
)

type Record = IntentRecord | OutcomeRecord

INTENT_FIELDS = tuple(field.name for field in fields(IntentRecord))
OUTCOME_FIELDS = tuple(field.name for field in fields(OutcomeRecord))

_get_intent_values, _get_outcome_values = (attrgetter(*INTENT_FIELDS), attrgetter(*OUTCOME_FIELDS))
_json_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str)

# How the columns stand while an entry is open.
OPEN_OUTCOME_COLUMNS = {
    "outcome": "",
    "status": None,
    "code": "",
    "ended_at": None,
    "surprises": "[]",
}


def list_changed_members(changed: str) -> set[str]:
    """Return the changed members of an object.

    A change of ``scopes[email].description`` is one of ``scopes``.
    """
    if changed == "[]":
        return set()
    fields = [change["field"] for change in json.loads(changed)]
    return {
        replace_surrogates(re.split(r"[.[]", field, maxsplit=1)[0])[:MAX_FIELD_NAME_CHARS]
        for field in fields
    }


def canonical_json(value: Any) -> str:
    """Serialize to canonical JSON: ASCII, sorted members, no spaces."""
    return _json_encoder.encode(value)


def serialize_record(row: Record) -> str:
    """Serialize a record to canonical JSON, which the chain stores and hashes."""
    names, read = (
        (INTENT_FIELDS, _get_intent_values)
        if isinstance(row, IntentRecord)
        else (OUTCOME_FIELDS, _get_outcome_values)
    )
    values = dict(zip(names, read(row), strict=True))
    return canonical_json(values | {"format": LEAF_FORMAT, "salt": new_salt()})


def new_salt() -> str:
    """Return a random salt, in hex."""
    return os.urandom(SALT_BYTES).hex()

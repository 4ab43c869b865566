"""Snapshots of services and clients, from the responses of calls.

A snapshot keeps Authlete's own text, with its numbers, order and unknown fields. Only secrets
are replaced by fingerprints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.base import Document
from tenants.authlete.edits import VERSION_FIELDS, find_unexpected_changes
from tenants.authlete.json.raw import JsonPart, RawObject, dump_json
from tenants.authlete.json.reader import parse_json, replace_surrogates
from tenants.authlete.redaction.fingerprint import FINGERPRINT_PATTERN, Fingerprint
from tenants.authlete.redaction.redactor import Redactor

READ_OPERATIONS = frozenset({"service.get", "client.get"})
WRITE_OPERATIONS = frozenset({"service.update", "client.update", "client.create"})
DELETE_OPERATIONS = frozenset({"client.delete", "idp.remove_service"})
# Counters maintained by Authlete (Authlete facts, 9.1, `metadata`).
SERVER_MAINTAINED_FIELDS = frozenset({"metadata"})
FINGERPRINT_PREFIX = "sealed:"


@dataclass(frozen=True, slots=True)
class ObjectSnapshot:
    """An object as one call showed it; without a text if it does not exist."""

    region: str
    service_id: int
    client_id: int  # 0 for a service
    entry_id: str  # of the call, in the audit log
    is_write: bool  # whether the call changed it
    text: str = field(default="", repr=False)
    modified_at: int = 0  # milliseconds since 1970


class VersionObserver(Protocol):
    """Receives a snapshot of every complete object that a response contains."""

    def observe(self, snapshot: ObjectSnapshot) -> None:
        """Accept a snapshot, in any thread and without waiting."""

    def flush(self) -> None:
        """Store the accepted snapshots, once their calls are in the audit log; never raise."""


class NullObserver:
    """A `VersionObserver` that stores nothing."""

    def observe(self, snapshot: ObjectSnapshot) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Do nothing."""


def snapshot_reply(
    call: CallIntent, entry_id: str, text: str, value: Any, redacted: Any
) -> ObjectSnapshot | None:
    """Return the snapshot that a successful call shows, or None if it shows no whole object.

    ``redacted`` is ``value`` with all secrets redacted.
    """
    name = call.operation.name
    if name in DELETE_OPERATIONS:
        return snapshot_deletion(call, entry_id, is_write=True)
    is_complete = isinstance(value, dict) and "modifiedAt" in value
    if name not in READ_OPERATIONS | WRITE_OPERATIONS or not is_complete:
        return None
    ids = _object_ids(call, value.get("clientId"))
    version = value["modifiedAt"]
    if ids is None or not isinstance(version, int) or abs(version) >= 2**63:
        return None
    redacted_text = str(_redact_raw(RawObject.parse(text), redacted))
    is_write = name in WRITE_OPERATIONS
    return ObjectSnapshot(call.region, *ids, entry_id, is_write, redacted_text, version)


def snapshot_deletion(
    call: CallIntent, entry_id: str, *, is_write: bool = False
) -> ObjectSnapshot | None:
    """Return the snapshot of a call that shows that the object does not exist."""
    if call.operation.name not in READ_OPERATIONS | DELETE_OPERATIONS:
        return None
    ids = _object_ids(call, None)
    return ObjectSnapshot(call.region, *ids, entry_id, is_write) if ids else None


def _object_ids(call: CallIntent, created_id: Any) -> tuple[int, int] | None:
    """Return the IDs of the service and the client; a created client's is in the reply."""
    service_id = call.path_params.get("service_id", "")
    client_id = call.path_params.get("client_id", "0")
    if call.operation.name == "client.create":
        client_id = str(created_id)
    if not (service_id.isdecimal() and client_id.isdecimal()):
        return None
    ids = int(service_id), int(client_id)
    return ids if max(ids) < 2**63 else None


def _redact_raw(raw: RawObject, redacted: Mapping[str, Any]) -> RawObject:
    return raw.with_parts(
        _redact_part(part, redacted[replace_surrogates(part.name)]) for part in raw
    )


def _redact_part(part: JsonPart, redacted: Any) -> JsonPart:
    if redacted == part.value:
        return part
    text = dump_json(redacted, default=_fingerprint_text)
    return replace(part, text=text, value=redacted)


def _fingerprint_text(fingerprint: Fingerprint) -> str:
    return f"{FINGERPRINT_PREFIX}{fingerprint.hex}"


def hide_unknown_texts(text: str, redactor: Redactor) -> str:
    """Return a stored text with the texts hidden whose fields ``redactor`` doesn't know."""
    raw = RawObject.parse(text)
    known = {part.name: _parse_fingerprints(part.value) for part in raw}
    hidden = redactor.hide_unknown(known)
    return str(
        raw.with_parts(
            part
            if hidden[part.name] == known[part.name]
            else replace(part, text=dump_json(hidden[part.name], default=_fingerprint_text))
            for part in raw
        )
    )


def parse_snapshot[D: Document](document_class: type[D], text: str, redactor: Redactor) -> D:
    """Return the document of a stored text, as it looked when it was read.

    Texts that an older version stored are hidden if ``redactor`` hides their fields.
    """
    value = _parse_fingerprints(parse_json(text))
    return document_class.model_validate(redactor.hide_unknown(value))


def _parse_fingerprints(value: Any) -> Any:
    match value:
        case str() if FINGERPRINT_PATTERN.fullmatch(value):
            return Fingerprint(value.removeprefix(FINGERPRINT_PREFIX))
        case dict():
            return {name: _parse_fingerprints(inner) for name, inner in value.items()}
        case list():
            return [_parse_fingerprints(item) for item in value]
        case _:
            return value


def strip_server_fields(text: str) -> str:
    """Return a stored text without Authlete's counters, to compare it with another."""
    raw = RawObject.parse(text)
    for name in SERVER_MAINTAINED_FIELDS:
        raw = raw.without_field(name)
    return str(raw)


def diff_snapshots(before: Document, after: Document) -> tuple[FieldChange, ...]:
    """Return the changes between two snapshots, without Authlete's own."""
    return find_unexpected_changes(_configured_fields(before), _configured_fields(after))


def _configured_fields(document: Document) -> dict[str, Any]:
    omitted = SERVER_MAINTAINED_FIELDS | VERSION_FIELDS
    return {name: value for name, value in document.to_dict().items() if name not in omitted}

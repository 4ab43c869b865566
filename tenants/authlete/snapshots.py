"""What a service or a client was like when it was read, for somebody who keeps it.

The text is Authlete's own: numbers, order and members that nobody knows stay as they
came. Only where a secret is, its fingerprint is written instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.base import Document
from tenants.authlete.edits import VERSION_FIELDS, find_unexpected_changes
from tenants.authlete.json.raw import RawObject
from tenants.authlete.json.reader import parse_json, replace_surrogates
from tenants.authlete.redaction.redactor import FINGERPRINT_PATTERN, Fingerprint

# Calls that answer with the whole object, and those after which it is no more.
READ_OPERATIONS = frozenset({"service.get", "client.get"})
WRITE_OPERATIONS = frozenset({"service.update", "client.update", "client.create"})
DELETE_OPERATIONS = frozenset({"client.delete", "idp.remove_service"})
# Counted by Authlete, and no part of what somebody set (Authlete facts, 9.1, `metadata`).
SERVER_MAINTAINED_FIELDS = frozenset({"metadata"})
FINGERPRINT_PREFIX = "sealed:"


@dataclass(frozen=True, slots=True)
class ObjectSnapshot:
    """One object at one moment; without a text it is not there any more."""

    region: str
    service_id: int
    client_id: int  # 0 for a service
    entry_id: str  # of the call, in the record
    is_write: bool  # by that call
    text: str = field(default="", repr=False)
    modified_at: int = 0  # milliseconds since 1970


class VersionObserver(Protocol):
    """Told of every whole object that comes through the door."""

    def observe(self, snapshot: ObjectSnapshot) -> None:
        """Take note; from any thread, and without waiting for anything."""

    def flush(self) -> None:
        """Keep what was seen, once its calls are in the record; never raises."""


class NullObserver:
    """`Eyes` that keep nothing."""

    def observe(self, snapshot: ObjectSnapshot) -> None: ...

    def flush(self) -> None: ...


def snapshot_reply(
    call: CallIntent, entry_id: str, text: str, value: Any, redacted: Any
) -> ObjectSnapshot | None:
    """What a call that succeeded showed of an object; none where it shows no whole.

    ``seen`` is ``value`` with every secret sealed.
    """
    name = call.operation.name
    if name in DELETE_OPERATIONS:
        return snapshot_deletion(call, entry_id, is_write=True)
    whole = isinstance(value, dict) and "modifiedAt" in value
    if name not in READ_OPERATIONS | WRITE_OPERATIONS or not whole:
        return None
    place = _object_ids(call, value.get("clientId"))
    version = value["modifiedAt"]
    if place is None or not isinstance(version, int) or abs(version) >= 2**63:
        return None
    told = str(_redact_raw(RawObject.parse(text), redacted))
    return ObjectSnapshot(call.region, *place, entry_id, name in WRITE_OPERATIONS, told, version)


def snapshot_deletion(
    call: CallIntent, entry_id: str, *, is_write: bool = False
) -> ObjectSnapshot | None:
    """The same where a call says that there is no such object."""
    if call.operation.name not in READ_OPERATIONS | DELETE_OPERATIONS:
        return None
    place = _object_ids(call, None)
    return ObjectSnapshot(call.region, *place, entry_id, is_write) if place else None


def _object_ids(call: CallIntent, created_id: Any) -> tuple[int, int] | None:
    """Service and client; the client's id is in the reply where it was just made."""
    service = call.path_params.get("service_id", "")
    client = call.path_params.get("client_id", "0")
    if call.operation.name == "client.create":
        client = str(created_id)
    if not (service.isdecimal() and client.isdecimal()):
        return None
    found = int(service), int(client)
    return found if all(one < 2**63 for one in found) else None


def _redact_raw(raw: RawObject, redacted: Mapping[str, Any]) -> RawObject:
    for part in raw:
        told = redacted[replace_surrogates(part.name)]
        if told != part.value:
            raw = raw.with_field(part.name, told, _dump_redacted(told))
    return raw


def _dump_redacted(value: Any) -> str:
    match value:
        case Fingerprint():
            return f'"{FINGERPRINT_PREFIX}{value.hex}"'
        case Decimal():
            return str(value)
        case dict():
            inside = (
                f"{_dump_redacted(name)}: {_dump_redacted(one)}" for name, one in value.items()
            )
            return "{" + ", ".join(inside) + "}"
        case list():
            return "[" + ", ".join(map(_dump_redacted, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def parse_snapshot[Kind: Document](document_class: type[Kind], text: str) -> Kind:
    """The document that a kept text is, as it looked when it was read."""
    return document_class.model_validate(_parse_fingerprints(parse_json(text)))


def _parse_fingerprints(value: Any) -> Any:
    match value:
        case str() if FINGERPRINT_PATTERN.fullmatch(value):
            return Fingerprint(value.removeprefix(FINGERPRINT_PREFIX))
        case dict():
            return {name: _parse_fingerprints(one) for name, one in value.items()}
        case list():
            return [_parse_fingerprints(one) for one in value]
        case _:
            return value


def strip_server_fields(text: str) -> str:
    """A kept text without what Authlete only counts, to tell whether it is the same."""
    raw = RawObject.parse(text)
    for name in SERVER_MAINTAINED_FIELDS:
        raw = raw.without_field(name)
    return str(raw)


def diff_snapshots(before: Document, after: Document) -> tuple[FieldChange, ...]:
    """What somebody changed between two sights; not what Authlete writes otherwise
    and calls the same."""
    return find_unexpected_changes(*(_configured_fields(one) for one in (before, after)))


def _configured_fields(document: Document) -> dict[str, Any]:
    left = SERVER_MAINTAINED_FIELDS | VERSION_FIELDS
    return {name: v for name, v in document.to_dict().items() if name not in left}

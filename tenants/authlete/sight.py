"""What a service or a client was like when it was read, for somebody who keeps it.

The text is Authlete's own: numbers, order and members that nobody knows stay as they
came. Only where a secret is, its fingerprint is written instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from tenants.authlete.changes import Change
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.raw import RawObject
from tenants.authlete.editing import RESTLESS, surprises
from tenants.authlete.reading import clean, read
from tenants.authlete.redaction import SEALED, Fingerprint
from tenants.authlete.watch import Call

# Calls that answer with the whole object, and those after which it is no more.
READS = frozenset({"service.get", "client.get"})
WRITES = frozenset({"service.update", "client.update", "client.create"})
ENDS = frozenset({"client.delete", "idp.remove_service"})
# Counted by Authlete, and no part of what somebody set (api.md, 9.1, `metadata`).
COUNTED = frozenset({"metadata"})
MARK = "sealed:"


@dataclass(frozen=True, slots=True)
class Sight:
    """One object at one moment; without a text it is not there any more."""

    region: str
    service_id: int
    client_id: int  # 0 for a service
    entry: str  # of the call, in the record
    written: bool  # by that call
    text: str = field(default="", repr=False)
    modified_at: int = 0  # milliseconds since 1970


class Eyes(Protocol):
    """Told of every whole object that comes through the door."""

    def saw(self, sight: Sight) -> None:
        """Take note; from any thread, and without waiting for anything."""

    def keep(self) -> None:
        """Keep what was seen, once its calls are in the record; never raises."""


class Blind:
    """`Eyes` that keep nothing."""

    def saw(self, sight: Sight) -> None: ...

    def keep(self) -> None: ...


def sight(call: Call, entry: str, text: str, value: Any, seen: Any) -> Sight | None:
    """What a call that succeeded showed of an object; none where it shows no whole.

    ``seen`` is ``value`` with every secret sealed.
    """
    name = call.operation.name
    if name in ENDS:
        return gone(call, entry, written=True)
    whole = isinstance(value, dict) and "modifiedAt" in value
    if name not in READS | WRITES or not whole:
        return None
    place = _place(call, value.get("clientId"))
    version = value["modifiedAt"]
    if place is None or not isinstance(version, int) or abs(version) >= 2**63:
        return None
    told = str(_sealed(RawObject.of(text), seen))
    return Sight(call.region, *place, entry, name in WRITES, told, version)


def gone(call: Call, entry: str, *, written: bool = False) -> Sight | None:
    """The same where a call says that there is no such object."""
    if call.operation.name not in READS | ENDS:
        return None
    place = _place(call, None)
    return Sight(call.region, *place, entry, written) if place else None


def _place(call: Call, made: Any) -> tuple[int, int] | None:
    """Service and client; the client's id is in the reply where it was just made."""
    service = call.places.get("service_id", "")
    client = call.places.get("client_id", "0")
    if call.operation.name == "client.create":
        client = str(made)
    if not (service.isdecimal() and client.isdecimal()):
        return None
    found = int(service), int(client)
    return found if all(one < 2**63 for one in found) else None


def _sealed(raw: RawObject, seen: Mapping[str, Any]) -> RawObject:
    for part in raw:
        told = seen[clean(part.name)]
        if told != part.value:
            raw = raw.set(part.name, told, _dump(told))
    return raw


def _dump(value: Any) -> str:
    match value:
        case Fingerprint():
            return f'"{MARK}{value.mark}"'
        case Decimal():
            return str(value)
        case dict():
            inside = (f"{_dump(name)}: {_dump(one)}" for name, one in value.items())
            return "{" + ", ".join(inside) + "}"
        case list():
            return "[" + ", ".join(map(_dump, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def opened[Kind: Document](kind: type[Kind], text: str) -> Kind:
    """The document that a kept text is, as it looked when it was read."""
    return kind.model_validate(_opened(read(text)))


def _opened(value: Any) -> Any:
    match value:
        case str() if SEALED.fullmatch(value):
            return Fingerprint(value.removeprefix(MARK))
        case dict():
            return {name: _opened(one) for name, one in value.items()}
        case list():
            return [_opened(one) for one in value]
        case _:
            return value


def without_counts(text: str) -> str:
    """A kept text without what Authlete only counts, to tell whether it is the same."""
    raw = RawObject.of(text)
    for name in COUNTED:
        raw = raw.unset(name)
    return str(raw)


def moved(before: Document, after: Document) -> tuple[Change, ...]:
    """What somebody changed between two sights; not what Authlete writes otherwise
    and calls the same."""
    return surprises(*(_set(one) for one in (before, after)))


def _set(document: Document) -> dict[str, Any]:
    left = COUNTED | RESTLESS
    return {name: v for name, v in document.wire().items() if name not in left}

"""An edit that was written: what changed, and what Authlete made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tenants.authlete.changes import Change, differences
from tenants.authlete.documents import client, service
from tenants.authlete.documents.compare import agree, name_key, words
from tenants.authlete.documents.raw import RawObject
from tenants.authlete.documents.splice import SealedEdit, edit
from tenants.authlete.errors import Partial, Stale, Unsendable
from tenants.authlete.reading import NotJson, read
from tenants.authlete.redaction import Fingerprint, Redactor
from tenants.authlete.words import Said
from tenants.authlete.words import gettext_noop as _

# Moves with every update, so that it says nothing.
RESTLESS = frozenset({"modifiedAt"})
# What an update cannot set.
FIXED = RESTLESS | {
    one.member
    for sections in (service.SECTIONS, client.SECTIONS)
    for section in sections.values()
    for one in section.settings()
    if one.fixed
}
NOTHING: tuple[Any, ...] = (
    None,
    "",
    False,
    0,
    {},
)  # what Authlete leaves out or shows as not set


@dataclass(frozen=True, slots=True)
class Written[Reply]:
    """The object as it is after a write, and how it got there.

    A surprise is what Authlete itself changed or ignored: its ``before`` is what
    was sent, its ``after`` is what Authlete has.
    """

    reply: Reply
    entry: str  # of the write, in the record
    changes: tuple[Change, ...]
    surprises: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit that is ready to be written."""

    text: str = field(repr=False)
    whole: Mapping[str, Any]  # as it should be afterwards, secrets sealed
    changes: tuple[Change, ...]
    label: str  # what people call the object
    secrets: tuple[str, ...] = field(repr=False)  # in the text


def edited(
    text: str,
    seen: Mapping[str, Any],
    base: int,
    edits: Mapping[str, Any],
    redactor: Redactor,
) -> Edited:
    """The object's own ``text`` with the edits put in.

    Raises `Stale`, `Partial` or `Unsendable` when it must not be written.
    """
    if "modifiedAt" not in seen:
        # Spec 3.0.16, `service_get_api`: rights on clients alone show four members.
        raise Partial(
            Said(_("This credential sees only a part of what it would replace."))
        )
    if seen["modifiedAt"] != base:
        raise Stale(Said(_("Someone else has changed this meanwhile.")), dict(seen))
    try:
        new = str(edit(RawObject.of(text), edits, redactor))
        value = read(new)
    except (SealedEdit, TypeError, ValueError) as error:
        message = Said(_("The edit cannot be written: {why}."), why=str(error))
        raise Unsendable(message) from None
    whole = redactor.seen(value)
    return Edited(
        new,
        whole,
        differences(
            {name: seen.get(name) for name in edits},
            {name: whole.get(name) for name in edits},
        ),
        label_of(seen),
        redactor.secrets(value),
    )


def label_of(seen: Mapping[str, Any]) -> str:
    """What people call a service or a client."""
    found = (seen.get(name) for name in ("serviceName", "clientName"))
    return next((one for one in found if isinstance(one, str) and one), "")


def essence(seen: Mapping[str, Any]) -> dict[str, Any]:
    """What of an object an update sets, however Authlete lays it out."""
    return {
        name: _core(value)
        for name, value in seen.items()
        if name not in FIXED and value not in NOTHING
    }


def _core(value: Any) -> Any:
    match value:
        case Fingerprint():
            return value.mark
        case str():
            return _opened(value)
        case Mapping():
            kept = {name: one for name, one in value.items() if one not in NOTHING}
            return {name: _core(one) for name, one in kept.items()}
        case list() | tuple() if words(value):
            return sorted(set(value))
        case list() | tuple():
            name = name_key(value)
            items = sorted(value, key=lambda one: str(one[name])) if name else value
            return [_core(one) for one in items]
        case bool() | None:
            return value
        case _:
            return str(Decimal(str(value)).normalize())


def _opened(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return _core(read(text))
    except NotJson:
        return text


def surprises(sent: Mapping[str, Any], got: Any) -> tuple[Change, ...]:
    """What Authlete has otherwise than it was sent; nothing for an odd reply."""
    if not isinstance(got, Mapping):
        return ()
    return differences(_still(sent), _still(got), agree)


def _still(seen: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in seen.items() if name not in RESTLESS}

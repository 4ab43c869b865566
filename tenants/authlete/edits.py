"""An edit that was written: what changed, and what Authlete made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tenants.authlete.changes import FieldChange, diff_objects
from tenants.authlete.documents import client, service
from tenants.authlete.errors import (
    InvalidRequestError,
    PartialViewError,
    StaleVersionError,
)
from tenants.authlete.json.compare import (
    find_key_field,
    is_same_for_authlete,
    is_text_list,
)
from tenants.authlete.json.raw import RawObject
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.json.splice import RedactedValueError, apply_edits
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.redaction.redactor import Fingerprint, Redactor

# Moves with every update, so that it says nothing.
VERSION_FIELDS = frozenset({"modifiedAt"})
# What an update cannot set.
READ_ONLY_FIELDS = VERSION_FIELDS | {
    one.api_name
    for sections in (service.SECTIONS, client.SECTIONS)
    for section in sections.values()
    for one in section.settings()
    if one.is_immutable
}
EMPTY_VALUES: tuple[Any, ...] = (
    None,
    "",
    False,
    0,
    {},
)  # what Authlete leaves out or shows as not set


@dataclass(frozen=True, slots=True)
class WriteResult[Reply]:
    """The object as it is after a write, and how it got there.

    A surprise is what Authlete itself changed or ignored: its ``before`` is what
    was sent, its ``after`` is what Authlete has.
    """

    reply: Reply
    entry_id: str  # of the write, in the record
    changes: tuple[FieldChange, ...]
    unexpected_changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class PreparedEdit:
    """An edit that is ready to be written."""

    text: str = field(repr=False)
    expected: Mapping[str, Any]  # as it should be afterwards, secrets sealed
    changes: tuple[FieldChange, ...]
    label: str  # what people call the object
    secrets: tuple[str, ...] = field(repr=False)  # in the text


def prepare_edit(
    text: str,
    redacted: Mapping[str, Any],
    base_version: int,
    edits: Mapping[str, Any],
    redactor: Redactor,
) -> PreparedEdit:
    """The object's own ``text`` with the edits put in.

    Raises `Stale`, `Partial` or `Unsendable` when it must not be written.
    """
    if "modifiedAt" not in redacted:
        # Spec 3.0.16, `service_get_api`: rights on clients alone show four members.
        raise PartialViewError(
            Message(_("This credential sees only a part of what it would replace."))
        )
    if redacted["modifiedAt"] != base_version:
        raise StaleVersionError(
            Message(_("Someone else has changed this meanwhile.")), dict(redacted)
        )
    try:
        new = str(apply_edits(RawObject.parse(text), edits, redactor))
        value = parse_json(new)
    except (RedactedValueError, TypeError, ValueError) as error:
        message = Message(_("The edit cannot be written: {why}."), why=str(error))
        raise InvalidRequestError(message) from None
    whole = redactor.redact(value)
    return PreparedEdit(
        new,
        whole,
        diff_objects(
            {name: redacted.get(name) for name in edits},
            {name: whole.get(name) for name in edits},
        ),
        get_display_name(redacted),
        redactor.find_secrets(value),
    )


def get_display_name(redacted: Mapping[str, Any]) -> str:
    """What people call a service or a client."""
    found = (redacted.get(name) for name in ("serviceName", "clientName"))
    return next((one for one in found if isinstance(one, str) and one), "")


def normalize_content(redacted: Mapping[str, Any]) -> dict[str, Any]:
    """What of an object an update sets, however Authlete lays it out."""
    return {
        name: _normalize_value(value)
        for name, value in redacted.items()
        if name not in READ_ONLY_FIELDS and value not in EMPTY_VALUES
    }


def _normalize_value(value: Any) -> Any:
    match value:
        case Fingerprint():
            return value.hex
        case str():
            return _normalize_text(value)
        case Mapping():
            kept = {name: one for name, one in value.items() if one not in EMPTY_VALUES}
            return {name: _normalize_value(one) for name, one in kept.items()}
        case list() | tuple() if is_text_list(value):
            return sorted(set(value))
        case list() | tuple():
            name = find_key_field(value)
            items = sorted(value, key=lambda one: str(one[name])) if name else value
            return [_normalize_value(one) for one in items]
        case bool() | None:
            return value
        case _:
            return str(Decimal(str(value)).normalize())


def _normalize_text(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return _normalize_value(parse_json(text))
    except InvalidJsonError:
        return text


def find_unexpected_changes(sent: Mapping[str, Any], received: Any) -> tuple[FieldChange, ...]:
    """What Authlete has otherwise than it was sent; nothing for an odd reply."""
    if not isinstance(received, Mapping):
        return ()
    return diff_objects(_without_version(sent), _without_version(received), is_same_for_authlete)


def _without_version(redacted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in redacted.items() if name not in VERSION_FIELDS}

"""Prepare an edit of an object, and compare the result with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tenants.authlete.changes import FieldChange, diff_objects
from tenants.authlete.documents import client, service
from tenants.authlete.errors import InvalidRequestError, PartialViewError, StaleVersionError
from tenants.authlete.json.compare import find_key_field, is_same_for_authlete, is_text_list
from tenants.authlete.json.raw import RawObject
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.json.splice import RedactedValueError, apply_edits, preview_edit
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.redaction.exposure import is_still_redacted
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import Redactor

VERSION_FIELDS = frozenset({"modifiedAt"})
READ_ONLY_FIELDS = VERSION_FIELDS | {
    setting.api_name
    for sections in (service.SECTIONS, client.SECTIONS)
    for section in sections.values()
    for setting in section.settings()
    if setting.is_immutable
}
SECRET_EXPOSED = _(
    "{field} contains a redacted secret that would become visible. Restore the names and values"
    " next to the secret, or enter a new secret."
)
# Authlete omits these or shows them for a field that is not set.
EMPTY_VALUES: tuple[Any, ...] = (None, "", False, 0, {})

# Describes a change for the audit log, by the redacted object before and after it.
type ChangeHints = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class WriteResult[Reply]:
    """The result of a write.

    Unexpected changes are those that Authlete made or ignored: ``before`` is what was sent,
    ``after`` is what Authlete stored.
    """

    reply: Reply
    entry_id: str  # in the audit log
    changes: tuple[FieldChange, ...]
    unexpected_changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class PreparedEdit:
    """An edit that is ready to be sent."""

    text: str = field(repr=False)
    expected: Mapping[str, Any]  # the object after the edit, with secrets redacted
    changes: tuple[FieldChange, ...]
    label: str
    secrets: tuple[str, ...] = field(repr=False)  # in the text


def prepare_edit(
    text: str,
    redacted: Mapping[str, Any],
    base_version: int,
    edits: Mapping[str, Any],
    redactor: Redactor,
) -> PreparedEdit:
    """Insert ``edits`` into the JSON text of an object.

    Raises `StaleVersionError`, `PartialViewError` or `InvalidRequestError`.
    """
    if "modifiedAt" not in redacted:
        # A credential with permissions on clients only sees four fields of a service
        # (spec 3.0.16, `service_get_api`).
        raise PartialViewError(Message(_("This credential sees only part of the settings.")))
    if redacted["modifiedAt"] != base_version:
        raise StaleVersionError(
            Message(_("Someone else changed this since you opened it.")), dict(redacted)
        )
    try:
        new_text = str(apply_edits(RawObject.parse(text), edits, redactor))
        value = parse_json(new_text)
    except (RedactedValueError, TypeError, ValueError) as error:
        message = Message(_("The edit is not valid: {why}."), why=str(error))
        raise InvalidRequestError(message) from None
    expected = redactor.redact(value)
    for name, edited in edits.items():
        if not is_still_redacted(preview_edit(redacted.get(name), edited), expected.get(name)):
            message = Message(SECRET_EXPOSED, field=name)
            raise InvalidRequestError(message)
    return PreparedEdit(
        new_text,
        expected,
        diff_objects(
            {name: redacted.get(name) for name in edits},
            {name: expected.get(name) for name in edits},
        ),
        get_display_name(redacted),
        redactor.find_secrets(value),
    )


def get_display_name(redacted: Mapping[str, Any]) -> str:
    """Return the name of a service or client, or an empty string."""
    names = (redacted.get(field) for field in ("serviceName", "clientName"))
    return next((name for name in names if isinstance(name, str) and name), "")


def normalize_content(redacted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that an update sets, in a form that does not depend on layout."""
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
            return {
                name: _normalize_value(inner)
                for name, inner in value.items()
                if inner not in EMPTY_VALUES
            }
        case list() | tuple() if is_text_list(value):
            return sorted({str(_normalize_value(item)) for item in value})
        case list() | tuple():
            key = find_key_field(value)
            items = sorted(value, key=lambda item: str(item[key])) if key else value
            return [_normalize_value(item) for item in items]
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
    """Return what Authlete stored otherwise than it was sent."""
    if not isinstance(received, Mapping):
        return ()
    return diff_objects(_without_version(sent), _without_version(received), is_same_for_authlete)


def _without_version(redacted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in redacted.items() if name not in VERSION_FIELDS}

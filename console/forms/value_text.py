"""Setting values as text, for pages and the audit log."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext as _

from console.forms.columns import COLUMNS
from console.forms.key_sets import list_key_set
from tenants.authlete.documents.base import Setting
from tenants.authlete.redaction.fingerprint import Fingerprint

# Seconds per unit, largest first, and the least count for which the unit is used:
# one day is shown as 24 hours, two as 2 days.
DURATION_UNITS = {"days": (86_400, 2), "hours": (3_600, 1), "minutes": (60, 1), "seconds": (1, 0)}
MAX_INLINE_CHARS = 80  # of JSON inside a sentence


def format_value(setting: Setting, value: Any) -> str:
    """Return ``value`` as text; None is described too."""
    if value is None:
        return format_absent(setting)
    if isinstance(value, Fingerprint):
        return format_fingerprint(value)
    try:
        return _FORMATTERS[setting.input_type.kind](setting, value)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, OSError):
        return to_json(value)  # of an unexpected type


def format_absent(setting: Setting) -> str:
    """Return the meaning of an absent value."""
    if setting.unset_label:
        return gettext(setting.unset_label)
    if setting.default is not None:
        return _("Authlete's default: %(value)s") % {
            "value": format_value(setting, setting.default)
        }
    return _("Off") if setting.input_type.kind == "flag" else _("Not set")


def format_fingerprint(secret: Fingerprint) -> str:
    """Return text that stands for a secret."""
    return _("set (fingerprint %(mark)s)") % {"mark": short_fingerprint(secret)}


def short_fingerprint(secret: Fingerprint) -> str:
    """Return the start of a fingerprint, for comparison by eye."""
    return f"{secret.hex[:4]} {secret.hex[4:8]}"


def format_unknown(hidden: Fingerprint) -> str:
    """Return text that stands for a text in a field that this version doesn't know."""
    if hidden.chars is None:
        return _("Not known to this version, hidden")
    text = ngettext(
        "Not known to this version, hidden, %(count)s character",
        "Not known to this version, hidden, %(count)s characters",
        hidden.chars,
    )
    return text % {"count": format_number(hidden.chars)}


def to_json(value: Any) -> str:
    """Return ``value`` as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, default=_format_other)


def _format_other(value: object) -> str:
    if isinstance(value, Fingerprint) and value.chars is not None:
        return format_unknown(value)
    return str(value)


def format_number(number: int | Decimal) -> str:
    """Return ``number`` with grouped digits, in the current language."""
    return number_format(int(number), force_grouping=True)


def largest_unit(seconds: int) -> tuple[int, str]:
    """Return the count and name of the largest unit that divides ``seconds``."""
    for unit, (size, least) in DURATION_UNITS.items():
        if seconds % size == 0 and seconds // size >= least:
            return seconds // size, unit
    return seconds, "seconds"


def unit_name(unit: str) -> str:
    """Return the translated name of a unit of time."""
    return {
        "days": _("days"),
        "hours": _("hours"),
        "minutes": _("minutes"),
        "seconds": _("seconds"),
    }[unit]


def translate(text: str) -> str:
    """Return a declared text in the current language."""
    return gettext(text) if text else ""


def format_count(number: int, unit: str) -> str:
    """Return a number with its unit of time."""
    match unit:
        case "days":
            text = ngettext("%(count)s day", "%(count)s days", number)
        case "hours":
            text = ngettext("%(count)s hour", "%(count)s hours", number)
        case "minutes":
            text = ngettext("%(count)s minute", "%(count)s minutes", number)
        case _:
            text = ngettext("%(count)s second", "%(count)s seconds", number)
    return text % {"count": format_number(number)}


def choice_label(setting: Setting, value: str) -> str:
    """Return the label of a choice; an unlisted value is its own label."""
    label = setting.input_type.choices.get(value)
    return gettext(label) if label else value


def _format_choice(setting: Setting, value: Any) -> str:
    _format_text(setting, value)
    return choice_label(setting, value) or _("empty")


def _format_duration(setting: Setting, value: Any) -> str:
    seconds = _whole_number(value)
    if seconds == 0 and setting.zero_label:
        return gettext(setting.zero_label)
    number, unit = largest_unit(seconds)
    if unit == "seconds":
        return format_count(number, unit)
    return f"{format_count(number, unit)} ({format_count(seconds, 'seconds')})"


def _format_whole_number(setting: Setting, value: Any) -> str:
    number = _whole_number(value)
    return gettext(setting.zero_label) if number == 0 and setting.zero_label else str(number)


def _whole_number(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise TypeError("not a whole number")
    return int(value)


def _format_flag(_setting: Setting, value: Any) -> str:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return pgettext("a setting", "On") if value else pgettext("a setting", "Off")


def _format_text(_setting: Setting, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value or _("empty")


def _format_timestamp(setting: Setting, value: Any) -> str:
    """Format milliseconds since 1970 in the user's time zone."""
    if value == 0 and setting.zero_label:
        return gettext(setting.zero_label)
    local = localtime(datetime.fromtimestamp(_whole_number(value) / 1000, UTC))
    return f"{date_format(local, 'j M Y')}, {local:%H:%M:%S} {local:%:z}"


def _format_secret(_setting: Setting, value: Any) -> str:
    _format_text(_setting, value)
    return _("a new secret") if value else _("empty")


def _format_json(_setting: Setting, value: Any) -> str:
    text = _format_text(_setting, value)
    if len(text) <= MAX_INLINE_CHARS:
        return text
    return _("JSON of %(count)s characters") % {"count": format_number(len(text))}


def _format_jwks(_setting: Setting, value: Any) -> str:
    names = [line.kid or line.kty for line in list_key_set(value)]
    text = ngettext("%(count)s key", "%(count)s keys", len(names))
    return _join([text % {"count": len(names)}, *names], first=": ")


def _format_pems(_setting: Setting, value: Any) -> str:
    text = ngettext("%(count)s certificate", "%(count)s certificates", len(value))
    return text % {"count": len(value)}


def _format_scopes(_setting: Setting, value: Any) -> str:
    return _join(
        [
            _("%(name)s (default)") % {"name": scope["name"]}
            if scope.get("defaultEntry")
            else scope["name"]
            for scope in value
        ]
    )


def _format_by_members(*members: str) -> Callable[[Setting, Any], str]:
    """Return a formatter that joins the given members of each object."""

    def format_items(_setting: Setting, value: Any) -> str:
        return _join([" = ".join(str(item[name]) for name in members) for item in value])

    return format_items


def format_members(setting: Setting, value: Any) -> str:
    """Return the set members of an object; undeclared ones keep their name."""
    declared = {column.api_name: column for column in COLUMNS.get(setting.input_type.kind, ())}
    return _join(
        [
            f"{translate(declared[name].label)}: {format_value(declared[name], inner)}"
            if name in declared
            else f"{name}: {to_json(inner)}"
            for name, inner in value.items()
            if inner not in (None, False, "", [])
        ]
    )


def _join(items: Sequence[str], *, first: str = "") -> str:
    """Join items with commas; "None" if there are none."""
    if first and len(items) > 1:
        return items[0] + first + ", ".join(items[1:])
    return ", ".join(items) or _("None")


_FORMATTERS: Mapping[str, Callable[[Setting, Any], str]] = {
    "text": _format_text,
    "prose": _format_text,
    "uri": _format_text,
    "flag": _format_flag,
    "duration": _format_duration,
    "number": _format_whole_number,
    "moment": _format_timestamp,
    "secret": _format_secret,
    "jwks": _format_jwks,
    "json": _format_json,
    "strings": lambda _setting, value: _join(
        [item if isinstance(item, str) else to_json(item) for item in value]
    ),
    "pems": _format_pems,
    "choice": _format_choice,
    "choices": lambda setting, value: (
        _join([choice_label(setting, choice) for choice in value]) or _("None")
    ),
    "scopes": _format_scopes,
    "pairs": _format_by_members("key", "value"),
    "named_uris": _format_by_members("name", "uri"),
    "trust_anchors": _format_by_members("entityId"),
    "sns": _format_by_members("sns"),
    "hsks": _format_by_members("kid", "alg"),
    "issuer_metadata": format_members,
    "client_extension": format_members,
    "entry": _format_text,
    "tagged": _format_by_members("tag", "value"),
}

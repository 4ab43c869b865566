"""A setting's value in words, for pages, sentences and the record.

Nothing here enters anything: what a value looks like in an input is `kinds`.
"""

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
from console.forms.keysets import key_lines
from tenants.authlete.documents.base import Setting
from tenants.authlete.redaction import Fingerprint

# Seconds of each unit, the largest first, and from how many of it it is used:
# a day is told as 24 hours, two as 2 days.
UNITS = {
    "days": (86_400, 2),
    "hours": (3_600, 1),
    "minutes": (60, 1),
    "seconds": (1, 0),
}
SHOWN = 80  # characters of a text that stands inside a sentence


def words(setting: Setting, value: Any) -> str:
    """``value`` as people would say it; what is absent included."""
    if value is None:
        return absent(setting)
    if isinstance(value, Fingerprint):
        return sealed(value)
    try:
        return _says[setting.show.kind](setting, value)
    except (
        TypeError,
        ValueError,
        LookupError,
        AttributeError,
        ArithmeticError,
        OSError,
    ):
        return as_json(value)  # a form that nobody expected is told as it is


def absent(setting: Setting) -> str:
    """What holds while Authlete has no value."""
    if setting.absent:
        return gettext(setting.absent)
    if setting.initial is not None:
        return _("Authlete's default: %(value)s") % {
            "value": words(setting, setting.initial)
        }
    return _("Off") if setting.show.kind == "flag" else _("Not set")


def sealed(secret: Fingerprint) -> str:
    return _("set (fingerprint %(mark)s)") % {"mark": short(secret)}


def short(secret: Fingerprint) -> str:
    """Enough of a fingerprint to tell two secrets apart by eye."""
    return f"{secret.mark[:4]} {secret.mark[4:8]}"


def as_json(value: Any) -> str:
    """A value of any form, on one line."""
    return json.dumps(value, ensure_ascii=False, default=str)


def grouped(number: int | Decimal) -> str:
    """A number whose digits are grouped as the language has it."""
    return number_format(int(number), force_grouping=True)


def in_unit(seconds: int) -> tuple[int, str]:
    """The largest unit that holds ``seconds`` exactly, and how many of it."""
    for unit, (size, least) in UNITS.items():
        if seconds % size == 0 and seconds // size >= least:
            return seconds // size, unit
    return seconds, "seconds"


def unit_name(unit: str) -> str:
    return {
        "days": _("days"),
        "hours": _("hours"),
        "minutes": _("minutes"),
        "seconds": _("seconds"),
    }[unit]


def said(text: str) -> str:
    """A declared text in the reader's language."""
    return gettext(text) if text else ""


def count(number: int, unit: str) -> str:
    """So many of a unit."""
    match unit:
        case "days":
            said = ngettext("%(count)s day", "%(count)s days", number)
        case "hours":
            said = ngettext("%(count)s hour", "%(count)s hours", number)
        case "minutes":
            said = ngettext("%(count)s minute", "%(count)s minutes", number)
        case _:
            said = ngettext("%(count)s second", "%(count)s seconds", number)
    return said % {"count": grouped(number)}


def choice(setting: Setting, value: str) -> str:
    """A choice by its label; one that is not known here by itself."""
    label = setting.show.choices.get(value)
    return gettext(label) if label else value


def _choice(setting: Setting, value: Any) -> str:
    _text(setting, value)
    return choice(setting, value) or _("empty")


def _duration(setting: Setting, value: Any) -> str:
    seconds = _whole(value)
    if seconds == 0 and setting.zero:
        return gettext(setting.zero)
    number, unit = in_unit(seconds)
    if unit == "seconds":
        return count(number, unit)
    return f"{count(number, unit)} ({count(seconds, 'seconds')})"


def _number(setting: Setting, value: Any) -> str:
    number = _whole(value)
    return gettext(setting.zero) if number == 0 and setting.zero else str(number)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise TypeError("not a whole number")
    return int(value)


def _flag(_setting: Setting, value: Any) -> str:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return pgettext("a setting", "On") if value else pgettext("a setting", "Off")


def _text(_setting: Setting, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value or _("empty")


def _moment(setting: Setting, value: Any) -> str:
    """Milliseconds since 1970, as the reader's own time."""
    if value == 0 and setting.zero:
        return gettext(setting.zero)
    at = localtime(datetime.fromtimestamp(_whole(value) / 1000, UTC))
    return f"{date_format(at, 'j M Y')}, {at:%H:%M:%S} {at:%:z}"


def _secret(_setting: Setting, value: Any) -> str:
    _text(_setting, value)
    return _("a new secret") if value else _("empty")


def _json(_setting: Setting, value: Any) -> str:
    text = _text(_setting, value)
    if len(text) <= SHOWN:
        return text
    return _("JSON of %(count)s characters") % {"count": grouped(len(text))}


def _jwks(_setting: Setting, value: Any) -> str:
    names = [line.kid or line.kty for line in key_lines(value)]
    said = ngettext("%(count)s key", "%(count)s keys", len(names))
    return _list([said % {"count": len(names)}, *names], first=": ")


def _choices(setting: Setting, value: Any) -> str:
    return _list([choice(setting, one) for one in value]) or _("None")


def _strings(_setting: Setting, value: Any) -> str:
    return _list([one if isinstance(one, str) else as_json(one) for one in value])


def _pems(_setting: Setting, value: Any) -> str:
    said = ngettext("%(count)s certificate", "%(count)s certificates", len(value))
    return said % {"count": len(value)}


def _scopes(_setting: Setting, value: Any) -> str:
    return _list(
        [
            _("%(name)s (default)") % {"name": one["name"]}
            if one.get("defaultEntry")
            else one["name"]
            for one in value
        ]
    )


def _of(*members: str) -> Callable[[Setting, Any], str]:
    """Objects of a list by the members that tell them: key = value."""

    def say(_setting: Setting, value: Any) -> str:
        return _list([" = ".join(str(one[name]) for name in members) for one in value])

    return say


def members(setting: Setting, value: Any) -> str:
    """An object by what is set in it; members that are not declared keep their name."""
    declared = {one.member: one for one in COLUMNS.get(setting.show.kind, ())}
    return _list(
        [
            f"{said(declared[name].label)}: {words(declared[name], inner)}"
            if name in declared
            else f"{name}: {as_json(inner)}"
            for name, inner in value.items()
            if inner not in (None, False, "", [])
        ]
    )


def _list(items: Sequence[str], *, first: str = "") -> str:
    """Items with commas between, or that there is none."""
    if first and len(items) > 1:
        return items[0] + first + ", ".join(items[1:])
    return ", ".join(items) or _("None")


_says: Mapping[str, Callable[[Setting, Any], str]] = {
    "text": _text,
    "prose": _text,
    "uri": _text,
    "flag": _flag,
    "duration": _duration,
    "number": _number,
    "moment": _moment,
    "secret": _secret,
    "jwks": _jwks,
    "json": _json,
    "strings": _strings,
    "pems": _pems,
    "choice": _choice,
    "choices": _choices,
    "scopes": _scopes,
    "pairs": _of("key", "value"),
    "named_uris": _of("name", "uri"),
    "trust_anchors": _of("entityId"),
    "sns": _of("sns"),
    "hsks": _of("kid", "alg"),
    "issuer_metadata": members,
    "client_extension": members,
    "entry": _text,
    "tagged": _of("tag", "value"),
}

"""How one value goes into an input and comes back out of it.

Every `Input` says four things. ``shown`` and ``typed`` give the same shape: what
the inputs hold for a value, and what they held when they were sent. An input that
nobody touched is told by both being equal, whatever odd value Authlete has.
"""

import re
from collections.abc import Container, Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.forms.held import joined, opened
from console.forms.jsontext import problem
from console.forms.keysets import pretty
from console.forms.sent import Sent
from console.forms.words import UNITS, grouped, in_unit
from tenants.authlete.documents.base import Setting
from tenants.authlete.documents.compare import same
from tenants.authlete.documents.sealed_keys import misplaced
from tenants.authlete.reading import NotJson, read
from tenants.authlete.redaction import Fingerprint

LONGEST = 1_000_000  # characters of JSON that are read at all
KEEP, REPLACE, REMOVE = "keep", "replace", "remove"
_digits = re.compile(r"-?[0-9]{1,20}")


class Input:
    """One text, taken as it is typed."""

    grouped = False  # whether it is several inputs under one name

    def fits(self, value: Any) -> bool:
        """Whether the input can hold ``value``, which is never None."""
        return isinstance(value, str)

    def shown(self, setting: Setting, value: Any) -> Any:
        """What the input holds for ``value``."""
        return value or ""

    def entered(self, setting: Setting, value: Any, base: Any) -> Any:
        """What the input holds once ``value`` was entered in place of ``base``."""
        return self.shown(setting, value)

    def typed(self, setting: Setting, sent: Sent) -> Any:
        """What the input held when it was sent."""
        return sent.one()

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        """Authlete's value for what was typed; None takes the member out.

        Raises `django.core.exceptions.ValidationError` where there is none.
        """
        return as_before(typed, base) or None


class Address(Input):
    """A text in which space around it is never meant."""

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        return typed.strip() or None


class Entry(Input):
    """A text inside a row, which is empty rather than not there."""

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        return as_before(typed, base)


class Number(Input):
    """A whole number."""

    def fits(self, value: Any) -> bool:
        if isinstance(value, Decimal):
            return value == value.to_integral_value()
        return isinstance(value, int) and not isinstance(value, bool)

    def shown(self, setting: Setting, value: Any) -> Any:
        return "" if value is None else str(int(value))

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        return whole(typed)


class Duration(Number):
    """Seconds, as so many of a unit; without a unit they are seconds."""

    def shown(self, setting: Setting, value: Any) -> Any:
        if value is None:
            return {"number": "", "unit": "seconds"}
        number, unit = in_unit(int(value))
        return {"number": str(number), "unit": unit}

    def typed(self, setting: Setting, sent: Sent) -> Any:
        return {"number": sent.one(), "unit": sent.one("unit") or "seconds"}

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        number = whole(typed["number"])
        if typed["unit"] not in UNITS:
            raise ValidationError(_("Choose seconds, minutes, hours or days."))
        return None if number is None else number * UNITS[typed["unit"]][0]


class Flag(Input):
    """A box to tick."""

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)

    def shown(self, setting: Setting, value: Any) -> Any:
        return bool(setting.initial) if value is None else value

    def typed(self, setting: Setting, sent: Sent) -> Any:
        return "on" in sent.parts

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        return typed


class Choice(Input):
    """One of several; what was there before stays possible."""

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        if typed and typed not in setting.show.choices and typed != base:
            raise ValidationError(_("Choose one of the values that are offered."))
        return typed or None


class Choices(Input):
    """Some of several, or where that is something else, Authlete's own."""

    grouped = True

    def fits(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)

    def shown(self, setting: Setting, value: Any) -> Any:
        own = value is not None or not setting.absent
        return {"own": own, "picked": _picked(offered(setting, value), value or ())}

    def typed(self, setting: Setting, sent: Sent) -> Any:
        own = not setting.absent or sent.one("own") != "default"
        return {"own": own, "picked": sent.many("pick")}

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        picked = typed["picked"]
        if not typed["own"]:
            if picked != self.shown(setting, base)["picked"]:
                raise ValidationError(
                    _(
                        "You picked values and left them to Authlete. Choose "
                        "“Exactly these”, or pick none."
                    )
                )
            return None
        if not set(picked) <= set(offered(setting, base)):
            raise ValidationError(_("Choose among the values that are offered."))
        as_it_was = dict.fromkeys([*(base or ()), *setting.show.choices])
        return _picked(as_it_was, picked) or none_left(setting)


class Secret(Input):
    """A secret that stays, is replaced or removed, and is never shown."""

    grouped = True

    def fits(self, value: Any) -> bool:
        return isinstance(value, Fingerprint | str)

    def shown(self, setting: Setting, value: Any) -> Any:
        return {"do": KEEP, "new": ""}

    def entered(self, setting: Setting, value: Any, base: Any) -> Any:
        return {"do": REPLACE if value else REMOVE, "new": value or ""}

    def typed(self, setting: Setting, sent: Sent) -> Any:
        do, new = sent.one(), sent.one("new")
        if do == REPLACE and not new:
            new = opened(sent.one("held"), sent.place, setting.member)
        return {"do": do or (REPLACE if new else KEEP), "new": new}

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        match typed:
            case {"do": "replace", "new": ""}:
                raise ValidationError(_("Enter the new secret, or keep the old one."))
            case {"do": "replace", "new": new}:
                return new
            case {"new": ""}:
                return None if typed["do"] == REMOVE else base
            case _:
                raise ValidationError(
                    _("You entered a new secret. Choose to replace, or clear it.")
                )


class Json(Input):
    """JSON as text; what says the same is left as it is written."""

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        if not typed.strip():
            return None
        if len(typed) > LONGEST:
            raise ValidationError(
                _("This text has more than %s characters.") % grouped(LONGEST)
            )
        try:
            found = read(typed)
        except NotJson as error:
            why = problem(typed) or error
            raise ValidationError(_("This is not JSON: %s.") % why) from None
        return base if says_same(base, found) else typed


class KeySet(Json):
    """The text of a JWK Set, spread over lines; private parts are sealed in it.

    Keys may come and go, and a sealed part stays in the key that it belongs to.
    """

    def shown(self, setting: Setting, value: Any) -> Any:
        return pretty(value) if value else ""

    def typed(self, setting: Setting, sent: Sent) -> Any:
        entered = opened(sent.one("held"), sent.place, setting.member)
        return joined(sent.one(), entered) if entered else sent.one()

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        found = super().value(setting, typed, base)
        try:
            moved = found is not None and misplaced(base or "", found)
        except NotJson:
            moved = True
        if moved:
            raise ValidationError(
                _(
                    "A sealed private part is not in the key that it belongs to. Leave "
                    "sealed parts as they are, or enter the key anew."
                )
            )
        return found


class Odd(Input):
    """A value that its usual input cannot hold: kept as sent, replaced or removed.

    Fingerprints are among them, where a text turned out to be a private key.
    """

    grouped = True

    def __init__(self, usual: Input) -> None:
        self.usual = usual

    def fits(self, value: Any) -> bool:
        return True

    def shown(self, setting: Setting, value: Any) -> Any:
        return {"do": KEEP, "usual": self.usual.shown(setting, None)}

    def entered(self, setting: Setting, value: Any, base: Any) -> Any:
        if value is None:
            return {"do": REMOVE, "usual": self.usual.shown(setting, None)}
        return {"do": REPLACE, "usual": self.usual.entered(setting, value, None)}

    def typed(self, setting: Setting, sent: Sent) -> Any:
        usual = self.usual.typed(setting, sent)
        return {"do": sent.one("odd") or KEEP, "usual": usual}

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        match typed["do"]:
            case "replace":
                return self.usual.value(setting, typed["usual"], None)
            case "remove":
                return None
            case _ if typed["usual"] != self.usual.shown(setting, None):
                raise ValidationError(
                    _("You entered a new value. Choose to replace, or clear it.")
                )
            case _:
                return base


def whole(text: str) -> int | None:
    """The whole number that a text is; nothing is None."""
    text = text.strip()
    if not text:
        return None
    if not _digits.fullmatch(text):
        raise ValidationError(_("Enter a whole number, in digits only."))
    return int(text)


def as_before(text: str, base: Any) -> str:
    """``text`` with the line breaks that the value had before."""
    if (
        isinstance(base, str)
        and "\r\n" in base
        and base.count("\n") == base.count("\r")
    ):
        return text.replace("\n", "\r\n")
    return text


def none_left(setting: Setting) -> list[Any] | None:
    """What an emptied list is: "none" only where an absent one says otherwise."""
    return [] if setting.absent else None


def offered(setting: Setting, value: Any) -> list[str]:
    """What can be picked: every choice, then what is there and not known here."""
    return list(dict.fromkeys([*setting.show.choices, *(value or ())]))


def _picked(order: Iterable[str], picked: Container[str]) -> list[str]:
    return [one for one in order if one in picked]


def says_same(text: Any, value: Any) -> bool:
    """Whether ``text`` is JSON of this value."""
    try:
        return isinstance(text, str) and same(read(text), value)
    except NotJson:
        return False

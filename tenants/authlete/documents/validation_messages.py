"""Messages for people, made where no translation can be looked up.

This package knows no Django, so that a message is only marked here, and put into
the reader's language by whoever shows it: `said`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError


def _(text: str) -> str:
    """``text``, which xgettext finds by the name of this function."""
    return text


INVALID_VALUE_MESSAGE = _("This value has a form that cannot stand here.")
_PYDANTIC_MESSAGES = {
    "missing": _("Fill this in."),
    "int_type": _("Enter a whole number."),
    "int_from_float": _("Enter a whole number."),
    "bool_type": _("Choose yes or no."),
    "string_unicode": _("Some of these characters are broken. Enter the text anew."),
}


def validation_error(text: str, **params: Any) -> PydanticCustomError:
    """The error that a rule raises; ``text`` names values as ``{limit}``."""
    return PydanticCustomError("rule", text, {**params, "text": text})


def format_error(error: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """What to tell people about one of `pydantic.ValidationError.errors`."""
    if error["type"] == "rule":
        more = error["ctx"]
        return translate(more["text"]).format(**more)
    return translate(_PYDANTIC_MESSAGES.get(error["type"], INVALID_VALUE_MESSAGE))

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


ODD = _("This value has a form that cannot stand here.")
_pydantic = {
    "missing": _("Fill this in."),
    "int_type": _("Enter a whole number."),
    "int_from_float": _("Enter a whole number."),
    "bool_type": _("Choose yes or no."),
    "string_unicode": _("Some of these characters are broken. Enter the text anew."),
}


def wrong(text: str, **more: Any) -> PydanticCustomError:
    """The error that a rule raises; ``text`` names values as ``{limit}``."""
    return PydanticCustomError("rule", text, {**more, "text": text})


def said(problem: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """What to tell people about one of `pydantic.ValidationError.errors`."""
    if problem["type"] == "rule":
        more = problem["ctx"]
        return translate(more["text"]).format(**more)
    return translate(_pydantic.get(problem["type"], ODD))

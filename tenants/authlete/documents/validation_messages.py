"""Messages of validation errors."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _

INVALID_VALUE_MESSAGE = _("This value has an unexpected format.")
_PYDANTIC_MESSAGES = {
    "missing": _("Enter a value."),
    "int_type": _("Enter a whole number."),
    "int_from_float": _("Enter a whole number."),
    "bool_type": _("Choose yes or no."),
    "string_unicode": _("Some characters are invalid. Enter the text again."),
}


def validation_error(text: str, **params: Any) -> PydanticCustomError:
    """Build the error a validator raises; ``text`` has placeholders like {limit}."""
    return PydanticCustomError("rule", text, {**params, "text": text})


def format_error(error: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """Format one of `pydantic.ValidationError.errors` for users."""
    if error["type"] == "rule":
        params = {name: value for name, value in error["ctx"].items() if name != "text"}
        message = Message(error["ctx"]["text"], **params)
    else:
        message = Message(_PYDANTIC_MESSAGES.get(error["type"], INVALID_VALUE_MESSAGE))
    return message.localize(translate)

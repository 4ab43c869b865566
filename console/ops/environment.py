"""Reading settings from the environment; one that cannot be read is named in words."""

from functools import partial
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BOOLEAN_WORDS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
MAX_NUMBER = 10**9  # of anything that is counted, and of seconds: thirty years


class Environment(environ.Env):  # type: ignore[misc]  # it has no types
    """Raises `ImproperlyConfigured` also for a value that is not of its kind."""

    def get_value(self, var: str, *args: Any, **options: Any) -> Any:
        try:
            return super().get_value(var, *args, **options)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from None

    @classmethod
    def parse_value(cls, value: str, cast: Any) -> Any:
        """As the library does it, but for what it would take for something else."""
        if cast is bool:
            return parse_bool(value)
        if cast is dict:
            return parse_mapping(value)
        if cast is list:
            return split_list(value)
        return super().parse_value(value, cast)

    def integer(
        self, var: str, *, default: int, minimum: int = 0, maximum: int = MAX_NUMBER
    ) -> int:
        cast = partial(parse_integer, minimum=minimum, maximum=maximum)
        found: int = self.get_value(var, cast=cast, default=default)
        return found

    def integer_mapping(self, var: str, *, default: dict[str, int]) -> dict[str, int]:
        """Numbers by name, as `pairs`."""
        found: dict[str, int] = self.get_value(var, cast=parse_integer_mapping, default=default)
        return found


def parse_bool(text: str) -> bool:
    """What is no word for yes or no means neither: a mistyped yes opens no door."""
    try:
        return BOOLEAN_WORDS[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{text!r} is neither true nor false") from None


def parse_integer(text: str, minimum: int, maximum: int = MAX_NUMBER) -> int:
    """A number of seconds, of rows, of hops."""
    try:
        found = int(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no whole number") from None
    if not minimum <= found <= maximum:
        raise ValueError(f"{found} is not between {minimum} and {maximum}") from None
    return found


def parse_mapping(text: str) -> dict[str, str]:
    """``name=value,name=value``, each name once."""
    found: dict[str, str] = {}
    for entry in split_list(text):
        name, sign, value = (part.strip() for part in entry.partition("="))
        if not (name and sign and value):
            raise ValueError(f"{entry!r} is not name=value")
        if name in found:
            raise ValueError(f"{name!r} stands there twice")
        found[name] = value
    return found


def parse_integer_mapping(text: str) -> dict[str, int]:
    return {name: parse_integer(value, 0) for name, value in parse_mapping(text).items()}


def split_list(text: str) -> list[str]:
    """What stands between the commas."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]

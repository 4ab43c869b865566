"""Reading settings from the environment; one that cannot be read is named in words."""

from functools import partial
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

WORDS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
MOST = 10**9  # of anything that is counted, and of seconds: thirty years


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
            return truth(value)
        if cast is dict:
            return pairs(value)
        if cast is list:
            return entries(value)
        return super().parse_value(value, cast)

    def number(
        self, var: str, *, default: int, least: int = 0, most: int = MOST
    ) -> int:
        cast = partial(whole, least=least, most=most)
        found: int = self.get_value(var, cast=cast, default=default)
        return found

    def numbers(self, var: str, *, default: dict[str, int]) -> dict[str, int]:
        """Numbers by name, as `pairs`."""
        found: dict[str, int] = self.get_value(var, cast=named, default=default)
        return found


def truth(text: str) -> bool:
    """What is no word for yes or no means neither: a mistyped yes opens no door."""
    try:
        return WORDS[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{text!r} is neither true nor false") from None


def whole(text: str, least: int, most: int = MOST) -> int:
    """A number of seconds, of rows, of hops."""
    try:
        found = int(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no whole number") from None
    if not least <= found <= most:
        raise ValueError(f"{found} is not between {least} and {most}") from None
    return found


def pairs(text: str) -> dict[str, str]:
    """``name=value,name=value``, each name once."""
    found: dict[str, str] = {}
    for entry in entries(text):
        name, sign, value = (part.strip() for part in entry.partition("="))
        if not (name and sign and value):
            raise ValueError(f"{entry!r} is not name=value")
        if name in found:
            raise ValueError(f"{name!r} stands there twice")
        found[name] = value
    return found


def named(text: str) -> dict[str, int]:
    return {name: whole(value, 0) for name, value in pairs(text).items()}


def entries(text: str) -> list[str]:
    """What stands between the commas."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]

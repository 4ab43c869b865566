"""Settings read from the environment, the database and mail server among them."""

import os
import re
from collections import ChainMap
from collections.abc import Iterable
from functools import partial
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from console.ops.secret_files import read_secret_files

BOOLEAN_WORDS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
REGION_VALUE = re.compile(r"(?:(?P<region>[a-z0-9-]+)\s*=\s*)?(?P<value>.+)")
MAX_NUMBER = 10**9  # of anything that is counted, and of seconds: thirty years


class Environment(environ.Env):  # type: ignore[misc]  # it has no types
    """Raises `ImproperlyConfigured` also for a value that is not of its kind."""

    def __init__(self) -> None:
        super().__init__()
        try:
            self.ENVIRON = ChainMap(read_secret_files(os.environ), os.environ)
        except ValueError as error:
            raise ImproperlyConfigured(str(error)) from None

    def get_value(self, var: str, *args: Any, **options: Any) -> Any:
        try:
            return super().get_value(var, *args, **options)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from None

    @classmethod
    def parse_value(cls, value: str, cast: Any) -> Any:
        """Parse a value as django-environ does, but reject what it would misread."""
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
        value: int = self.get_value(var, cast=cast, default=default)
        return value

    def choice(self, var: str, choices: Iterable[str], *, default: str) -> str:
        """Return one of ``choices``; raise `ImproperlyConfigured` for any other word."""
        value: str = self.get_value(var, default="") or default
        if value not in choices:
            raise ImproperlyConfigured(f"{var} must be one of: {', '.join(choices)}")
        return value

    def integer_mapping(self, var: str, *, default: dict[str, int]) -> dict[str, int]:
        """Numbers by name, as `pairs`."""
        value: dict[str, int] = self.get_value(var, cast=parse_integer_mapping, default=default)
        return value

    def by_region(self, var: str) -> dict[str, str]:
        """Values by region; the key of a value for all other regions is empty."""
        value: dict[str, str] = self.get_value(var, cast=parse_by_region, default={})
        return value

    def pairs(self, var: str) -> list[tuple[str, str]]:
        """Pairs of name and value; names may repeat."""
        value: list[tuple[str, str]] = self.get_value(var, cast=parse_pairs, default=[])
        return value


def parse_bool(text: str) -> bool:
    """Parse yes or no; raise an error for any other word."""
    try:
        return BOOLEAN_WORDS[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{text!r} is neither true nor false") from None


def parse_integer(text: str, minimum: int, maximum: int = MAX_NUMBER) -> int:
    """Parse a whole number between ``minimum`` and ``maximum``."""
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a whole number") from None
    if not minimum <= number <= maximum:
        raise ValueError(f"{number} is not between {minimum} and {maximum}") from None
    return number


def parse_mapping(text: str) -> dict[str, str]:
    """``name=value,name=value``, each name once."""
    return _to_unique_dict(parse_pairs(text))


def parse_by_region(text: str) -> dict[str, str]:
    """Parse ``value,region=value``: a value for all regions and others for some."""
    return _to_unique_dict(
        (match["region"] or "", match["value"])
        for entry in split_list(text)
        if (match := REGION_VALUE.fullmatch(entry))
    )


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """Parse ``name=value,name=value``."""
    pairs = []
    for entry in split_list(text):
        name, sign, value = (part.strip() for part in entry.partition("="))
        if not (name and sign and value):
            raise ValueError("expected name=value, name=value")
        pairs.append((name, value))
    return pairs


def _to_unique_dict(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise ValueError(f"{name!r} is given twice")
        values[name] = value
    return values


def parse_integer_mapping(text: str) -> dict[str, int]:
    """Parse ``name=number`` pairs."""
    return {name: parse_integer(value, 0) for name, value in parse_mapping(text).items()}


def split_list(text: str) -> list[str]:
    """Split a text at its commas; blank entries are dropped."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",  # take the write lock at the start, not half way
    "timeout": 5,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
# Detect a lost network after 10 seconds; TCP alone takes a quarter of an hour.
POSTGRES_TIMEOUT_OPTIONS = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 4,  # seconds
    "keepalives_interval": 2,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
CONN_MAX_AGE_SECONDS = 60


def database_config(url: str) -> dict[str, Any]:
    """Return Django's settings for the database of ``url``.

    Raises `ValueError`, which never quotes the URL since it holds a password.
    """
    scheme = url.partition(":")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise ValueError("DATABASE_URL must start with sqlite: or postgresql:")
    try:
        config: dict[str, Any] = Env.db_url_config(url.replace("+", "%2B"))
    except ValueError:
        raise ValueError(
            "expected postgresql://user:password@host:5432/name, with / in a password"
            " written as %2F, @ as %40 and [ as %5B"
        ) from None
    if scheme == "sqlite":
        sqlite = {"ENGINE": "console.sqlite", "CONN_MAX_AGE": None, "OPTIONS": SQLITE_OPTIONS}
        return config | sqlite
    return config | {
        "CONN_MAX_AGE": CONN_MAX_AGE_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": POSTGRES_TIMEOUT_OPTIONS | config.get("OPTIONS", {}),
    }


SMTP_TIMEOUT_SECONDS = 10
DEFAULT_SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def mailer_config(url: str) -> dict[str, dict[str, Any]]:
    """Return the mailers of ``url``; an empty URL sends no mail."""
    scheme, _, path = url.partition("://")
    if not url:
        return _default_mailer("dummy")
    if scheme == "file":
        return _default_mailer("filebased", file_path=path)
    try:
        config = Env.email_url_config(url)
    except (ValueError, ImproperlyConfigured):
        config = {}
    if scheme not in DEFAULT_SMTP_PORTS or not config.get("EMAIL_HOST"):
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read: expected smtp+tls://user:password@host:587"
        )
    return _default_mailer(
        "smtp",
        host=config["EMAIL_HOST"],
        port=config["EMAIL_PORT"] or DEFAULT_SMTP_PORTS[scheme],
        username=config["EMAIL_HOST_USER"] or "",
        password=config["EMAIL_HOST_PASSWORD"] or "",
        use_tls=config.get("EMAIL_USE_TLS", False),
        use_ssl=config.get("EMAIL_USE_SSL", False),
        timeout=SMTP_TIMEOUT_SECONDS,
    )


def _default_mailer(kind: str, **options: Any) -> dict[str, dict[str, Any]]:
    backend = f"django.core.mail.backends.{kind}.EmailBackend"
    return {"default": {"BACKEND": backend, "OPTIONS": options}}

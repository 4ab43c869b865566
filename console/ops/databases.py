"""The database that ``DATABASE_URL`` names: SQLite by default, or PostgreSQL."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SQLITE_OPTIONS = {
    # A write lock is taken when a transaction begins, so none fails half way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
# A network that swallows packets is noticed after 10 seconds; TCP alone would wait for
# a quarter of an hour, and go on minutes after it is well again.
POSTGRES_TIMEOUT_OPTIONS = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 4,  # seconds
    "keepalives_interval": 2,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
# Opening one for each page costs a tenth of the page on SQLite, more on PostgreSQL.
CONN_MAX_AGE_SECONDS = 60  # seconds a thread keeps a connection that it may use again


def database_config(url: str) -> dict[str, Any]:
    """Django's settings for a database; raises `ValueError` for another kind."""
    parts = _split_url(url)
    match parts.scheme:
        case "sqlite":
            name = parts.path.removeprefix("/")
            return {
                "ENGINE": "console.sqlite",
                "NAME": name or ":memory:",
                "CONN_MAX_AGE": None,
                "OPTIONS": SQLITE_OPTIONS,
            }
        case "postgres" | "postgresql":
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path.removeprefix("/")),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": unquote(parts.hostname or ""),
                "PORT": str(parts.port or ""),
                "CONN_MAX_AGE": CONN_MAX_AGE_SECONDS,
                "CONN_HEALTH_CHECKS": True,
                # What follows the question mark is libpq's: sslmode, for one.
                "OPTIONS": POSTGRES_TIMEOUT_OPTIONS | dict(parse_qsl(parts.query)),
            }
        case _:
            raise ValueError("DATABASE_URL must begin with sqlite: or postgresql:")


def _split_url(url: str) -> SplitResult:
    """Raises `ValueError` that quotes nothing of it: there is a password in it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(
            "it looks like postgresql://user:password@host:5432/name, where / of a"
            " password is written as %2F, @ as %40 and [ as %5B"
        ) from None
    return parts

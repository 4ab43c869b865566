"""The database of ``DATABASE_URL``: SQLite or PostgreSQL."""

from typing import Any

from environ import Env

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

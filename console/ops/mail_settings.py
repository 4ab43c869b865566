"""The mail server that one setting names, as Django wants to be told of it."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SMTP_TIMEOUT_SECONDS = 10  # that a mail server may take to answer
DEFAULT_SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def mailer_config(url: str) -> dict[str, dict[str, Any]]:
    """Without an address no mail is sent."""
    if not url:
        return _default_mailer("dummy")
    scheme, rest = url.partition("://")[::2]
    if scheme == "file":
        return _default_mailer("filebased", file_path=rest)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if scheme not in DEFAULT_SMTP_PORTS or not host:
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read: it looks like smtp+tls://user:password@host:587"
        )
    return _default_mailer(
        "smtp",
        host=host,
        port=port or DEFAULT_SMTP_PORTS[scheme],
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=scheme == "smtp+tls",
        use_ssl=scheme == "smtp+ssl",
        timeout=SMTP_TIMEOUT_SECONDS,
    )


def _default_mailer(kind: str, **options: Any) -> dict[str, dict[str, Any]]:
    backend = f"django.core.mail.backends.{kind}.EmailBackend"
    return {"default": {"BACKEND": backend, "OPTIONS": options}}

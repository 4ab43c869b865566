"""The mail server of ``EMAIL_URL``, as Django's ``MAILERS`` setting."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env

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

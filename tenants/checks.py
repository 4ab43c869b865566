"""System checks of settings."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from tenants.audit.integrity.anchors import load_sinks
from tenants.audit.integrity.signing import parse_public_keys
from tenants.audit.retention import policy
from tenants.crypto.key_ring import KeyRing
from tenants.outbound import mail, safe_http


@register()
def check_keys(**_: Any) -> list[Error]:
    """Check the key rings."""
    found = []
    names = ["VAULT_KEYS", "AUDIT_KEYS", "FINGERPRINT_KEY"]
    if settings.AUDIT_SIGNING_KEYS:
        names.append("AUDIT_SIGNING_KEYS")
    for name in names:
        try:
            KeyRing.parse(getattr(settings, name), name)
        except ValueError as error:
            hint = "python -m console.fresh_secrets prints new ones."
            found.append(Error(str(error), hint=hint, id="keys.E1"))
    return found


@register()
def check_sinks(**_: Any) -> list[Error]:
    """Check the checkpoint sinks and public keys."""
    found = []
    try:
        load_sinks()
    except ValueError as error:
        found.append(Error(str(error), id="audit.E1"))
    try:
        parse_public_keys(settings.AUDIT_PUBLIC_KEYS)
    except ValueError:
        message = "AUDIT_PUBLIC_KEYS must be a list of name:base64 of 32 bytes"
        found.append(Error(message, id="audit.E2"))
    return found


@register()
def check_mail(**_: Any) -> list[Error]:
    """Check that mail is configured if alerts are mailed."""
    if settings.ALERT_MAIL and not mail.is_enabled():
        message = "ALERT_MAIL is set, but EMAIL_URL is not"
        return [Error(message, id="mail.E1")]
    return []


@register()
def check_webhooks(**_: Any) -> list[Error]:
    """Check the private hosts allowed for webhooks."""
    try:
        safe_http.check_settings()
    except ValueError as error:
        return [Error(f"WEBHOOK_PRIVATE_HOSTS: {error}", id="webhooks.E1")]
    return []


@register()
def check_retention(**_: Any) -> list[Error]:
    """Check the retention periods."""
    found = []
    for name, read in (
        ("AUDIT_KEEP", policy.load_retention_policy),
        ("VERSIONS_KEEP", lambda: policy.parse_retention_days(settings.VERSIONS_KEEP)),
    ):
        try:
            read()
        except ValueError as error:
            found.append(Error(f"{name}: {error}", id="audit.E3"))
    return found

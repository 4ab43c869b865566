"""System checks of settings."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from tenants.audit.integrity.anchors import load_sinks
from tenants.audit.retention import policy
from tenants.crypto.key_ring import parse_secrets
from tenants.outbound import mail, safe_http

NEW_KEYS = "python -m console.ops.generate_secrets prints new ones"
MIN_DISTINCT_BYTES = 16  # of 32; a random key has fewer with a chance below 1 in 10**12


@register()
def check_keys(**_: Any) -> list[Error]:
    """Check that key rings are readable and that each key is random and used once."""
    names = ["VAULT_KEYS", "AUDIT_KEYS", "FINGERPRINT_KEY"]
    names += filter(partial(getattr, settings), ["AUDIT_SIGNING_KEYS", "AUDIT_PUBLIC_KEYS"])
    errors = []
    uses: dict[bytes, str] = {}
    for name in names:
        try:
            secrets = parse_secrets(getattr(settings, name), name)
        except ValueError as error:
            errors.append(Error(f"{error}; {NEW_KEYS}", id="keys.E1"))
            continue
        for key, secret in secrets.items():
            if len(set(secret)) < MIN_DISTINCT_BYTES:
                message = f"{name}: the key {key} isn't random; {NEW_KEYS}"
                errors.append(Error(message, id="keys.E2"))
            elif secret in uses:
                message = f"{name}: the key {key} is the same as {uses[secret]}; {NEW_KEYS}"
                errors.append(Error(message, id="keys.E3"))
            uses.setdefault(secret, f"{key} in {name}")
    return errors


@register()
def check_sinks(**_: Any) -> list[Error]:
    """Check the checkpoint sinks."""
    try:
        load_sinks()
    except ValueError as error:
        return [Error(str(error), id="audit.E1")]
    return []


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
    errors = []
    for name, read in (
        ("AUDIT_KEEP", policy.load_retention_policy),
        ("VERSIONS_KEEP", lambda: policy.parse_retention_days(settings.VERSIONS_KEEP)),
    ):
        try:
            read()
        except ValueError as error:
            errors.append(Error(f"{name}: {error}", id="audit.E3"))
    return errors

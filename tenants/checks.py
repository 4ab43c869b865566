"""What is wrong with the settings is said at the start, not by the first page."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from tenants.keyring import KeyRing


@register()
def check_keys(**_: Any) -> list[Error]:
    """Refuse to start with a key ring that cannot be read."""
    found = []
    for name in ("VAULT_KEYS", "AUDIT_KEYS", "FINGERPRINT_KEY"):
        try:
            KeyRing.parse(getattr(settings, name), name)
        except ValueError as error:
            hint = "python -m console.fresh_secrets prints new ones."
            found.append(Error(str(error), hint=hint, id="keys.E1"))
    return found

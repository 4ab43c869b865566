"""The redactor with the deployment's fingerprint key."""

from functools import cache

from django.conf import settings

from tenants.authlete.redaction.redactor import Redactor
from tenants.crypto.key_ring import KeyRing


def get_redactor() -> Redactor:
    """Return the redactor; equal secrets get equal fingerprints."""
    return _build_redactor(settings.FINGERPRINT_KEY)


@cache
def _build_redactor(key: str) -> Redactor:
    ring = KeyRing.parse(key, "fingerprint")
    return Redactor(ring[ring.current])

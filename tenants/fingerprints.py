"""The one key by which all of the console seals secrets."""

from functools import cache

from django.conf import settings

from tenants.authlete.redaction import Redactor
from tenants.keyring import KeyRing


def redactor() -> Redactor:
    """Seals secrets as all connections do: equal secrets get equal fingerprints."""
    return _redactor(settings.FINGERPRINT_KEY)


@cache
def _redactor(key: str) -> Redactor:
    ring = KeyRing.parse(key, "fingerprint")
    return Redactor(ring[ring.current])

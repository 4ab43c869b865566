"""Redactors with keys derived from the deployment's fingerprint key."""

from functools import cache

from django.conf import settings

from tenants.authlete.redaction.redactor import Redactor
from tenants.crypto.key_ring import KeyRing


def get_redactor() -> Redactor:
    """Return the redactor; equal secrets get equal fingerprints."""
    return _build_redactor(settings.FINGERPRINT_KEY)


def get_draft_redactor(*draft: object) -> Redactor:
    """Return the redactor of values entered in a draft.

    Its fingerprints never equal those of stored secrets, so that nobody can find a stored
    secret by entering candidates.
    """
    return get_redactor().bind("draft", *draft)


@cache
def _build_redactor(key: str) -> Redactor:
    ring = KeyRing.parse(key, "fingerprint")
    return Redactor(ring[ring.current])

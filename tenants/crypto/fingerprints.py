"""Redactors and fingerprints with keys derived from the deployment's fingerprint key."""

from functools import cache

from django.conf import settings
from pydantic import SecretStr

from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import Redactor
from tenants.authlete.redaction.unknown_fields import get_object_schema
from tenants.crypto.key_ring import KeyRing


def get_redactor(organization_id: int) -> Redactor:
    """Return an organization's redactor."""
    return _build_redactor(settings.FINGERPRINT_KEY).bind("organization", organization_id)


def get_object_redactor(organization_id: int, ref: ObjectRef) -> Redactor:
    """Return the redactor of a service or client."""
    schema = get_object_schema(ref.client_id)
    return get_redactor(organization_id).bind_object(*ref).with_schema(schema)


def get_draft_redactor(*draft: object) -> Redactor:
    """Return the redactor of values entered in a draft.

    Its fingerprints never equal those of stored secrets, so that nobody can find a stored
    secret by entering candidates.
    """
    return _build_redactor(settings.FINGERPRINT_KEY).bind("draft", *draft)


def fingerprint_client_secret(
    organization_id: int, ref: ObjectRef, secret: SecretStr
) -> Fingerprint:
    """Return the fingerprint that a client's document shows for the secret."""
    redactor = get_object_redactor(organization_id, ref)
    fingerprint: Fingerprint = redactor.redact_field("clientSecret", secret.get_secret_value())
    return fingerprint


def fingerprint_value(organization_id: int, scope: str, owner: object, secret: str) -> Fingerprint:
    """Return the fingerprint of a value of Meridian's own, comparable for one owner only.

    ``scope`` names the kind of value, ``owner`` what it belongs to.
    """
    return get_redactor(organization_id).bind(scope, str(owner)).fingerprint(secret)


@cache
def _build_redactor(key: str) -> Redactor:
    ring = KeyRing.parse(key, "fingerprint")
    return Redactor(ring[ring.current])

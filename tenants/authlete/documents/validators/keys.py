"""Validators for JWK Sets and certificates."""

from typing import Any

from cryptography.x509 import load_pem_x509_certificate

from tenants.authlete.documents.jwks.analysis import PRIVATE_KEY_FIELDS
from tenants.authlete.documents.validators.values import (
    parse_json_value,
    validate_list_length,
    validation_error,
)
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.redaction.secret_texts import PRIVATE_KEY_PEM_MARKER

MAX_CERTIFICATE_LENGTH = 20_000  # characters; our limit, not Authlete's
_PEM_BEGIN, _PEM_END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"

# Required parameters by key type (RFC 7518, section 6; RFC 8037, section 2).
_REQUIRED_KEY_FIELDS = {"RSA": "n e", "EC": "crv x y", "OKP": "crv x", "oct": "k"}


def validate_jwk_set(text: str) -> str:
    """Require a JWK Set, with or without private keys (RFC 7517, section 5)."""
    _parse_keys(text)
    return text


def validate_public_jwk_set(text: str) -> str:
    """Require a JWK Set without private keys."""
    for position, key in enumerate(_parse_keys(text), 1):
        if PRIVATE_KEY_FIELDS & key.keys():
            raise validation_error(
                _("Key {position} is a private key. Enter public keys only."), position=position
            )
    return text


def validate_certificate(text: str) -> str:
    """Require one certificate in PEM format (RFC 7468)."""
    if len(text) > MAX_CERTIFICATE_LENGTH:
        raise validation_error(_("This text is too long. Enter one certificate."))
    if PRIVATE_KEY_PEM_MARKER in text:
        raise validation_error(_("This is a private key. Enter only the certificate."))
    pem = text.strip()
    if not (pem.startswith(_PEM_BEGIN) and pem.endswith(_PEM_END)):
        raise validation_error(
            _("A certificate must start with {begin} and end with {end}."),
            begin=_PEM_BEGIN,
            end=_PEM_END,
        )
    if pem.count(_PEM_BEGIN) > 1:
        raise validation_error(_("Enter each certificate as a separate entry."))
    try:
        load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise validation_error(_("This certificate can't be read. Copy all of it again.")) from None
    return text


def validate_unique_certificates(entries: list[str]) -> list[str]:
    """Reject duplicate certificates."""
    validate_list_length(entries)
    for position, entry in enumerate(entries, 1):
        if entry.strip() in map(str.strip, entries[: position - 1]):
            raise validation_error(
                _("Certificate {position} is a duplicate. Remove it."), position=position
            )
    return entries


def _parse_keys(text: str) -> list[dict[str, Any]]:
    match parse_json_value(text):
        case {"keys": list() as keys}:
            for position, key in enumerate(keys, 1):
                _validate_key(key, position)
            return keys
    raise validation_error(_('Enter a JWK Set: a JSON object with a "keys" array.'))


def _validate_key(key: Any, position: int) -> None:
    if not isinstance(key, dict):
        raise validation_error(_("Key {position} isn't a JSON object."), position=position)
    kind = key.get("kty")
    if not isinstance(kind, str) or not kind:
        raise validation_error(_('Key {position} has no key type ("kty").'), position=position)
    for field in _REQUIRED_KEY_FIELDS.get(kind, "").split():
        if not isinstance(key.get(field), str) or not key[field]:
            raise validation_error(
                _('Key {position} has no "{field}".'), position=position, field=field
            )

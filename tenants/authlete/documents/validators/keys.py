"""Key sets and certificates, as people paste them."""

from typing import Any

from cryptography.x509 import load_pem_x509_certificate

from tenants.authlete.documents.jwks.analysis import PRIVATE_KEY_FIELDS
from tenants.authlete.documents.validation_messages import _, validation_error
from tenants.authlete.documents.validators.values import (
    parse_json_value,
    validate_list_length,
)
from tenants.authlete.redaction.redactor import PRIVATE_KEY_PEM_MARKER

MAX_CERTIFICATE_LENGTH = 20_000  # characters; a limit of ours
_PEM_BEGIN, _PEM_END = (
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
)  # RFC 7468

# What a key cannot be without (RFC 7518, section 6; RFC 8037, section 2).
_REQUIRED_KEY_FIELDS = {"RSA": "n e", "EC": "crv x y", "OKP": "crv x", "oct": "k"}


def validate_jwk_set(text: str) -> str:
    """The text of a JWK Set that Authlete may sign with (RFC 7517, section 5)."""
    _parse_keys(text)
    return text


def validate_public_jwk_set(text: str) -> str:
    """The text of a JWK Set of somebody else, so without private parts."""
    for place, key in enumerate(_parse_keys(text), 1):
        if PRIVATE_KEY_FIELDS & key.keys():
            raise validation_error(
                _("Key {place} has private parts. Enter public keys only."), place=place
            )
    return text


def validate_certificate(text: str) -> str:
    """The text of one certificate in PEM form."""
    if len(text) > MAX_CERTIFICATE_LENGTH:
        raise validation_error(_("Enter one certificate; this text is too long for one."))
    if PRIVATE_KEY_PEM_MARKER in text:
        raise validation_error(_("This is a private key. Enter the certificate alone."))
    inside = text.strip()
    if not (inside.startswith(_PEM_BEGIN) and inside.endswith(_PEM_END)):
        raise validation_error(
            _("A certificate starts with {begin} and ends with {end}."),
            begin=_PEM_BEGIN,
            end=_PEM_END,
        )
    if inside.count(_PEM_BEGIN) > 1:
        raise validation_error(_("Enter each certificate as an entry of its own."))
    try:
        load_pem_x509_certificate(inside.encode())
    except ValueError:
        raise validation_error(
            _("This certificate cannot be read. Copy it once more, whole.")
        ) from None
    return text


def validate_unique_certificates(entries: list[str]) -> list[str]:
    """A list that holds no certificate twice."""
    validate_list_length(entries)
    for place, entry in enumerate(entries, 1):
        if entry.strip() in map(str.strip, entries[: place - 1]):
            raise validation_error(_("Certificate {place} repeats an earlier one."), place=place)
    return entries


def _parse_keys(text: str) -> list[dict[str, Any]]:
    match parse_json_value(text):
        case {"keys": list() as keys}:
            for place, key in enumerate(keys, 1):
                _validate_key(key, place)
            return keys
    raise validation_error(_('Enter a JWK Set: a JSON object with a list named "keys".'))


def _validate_key(key: Any, position: int) -> None:
    if not isinstance(key, dict):
        raise validation_error(_("Key {place} is not a JSON object."), place=position)
    kind = key.get("kty")
    if not isinstance(kind, str) or not kind:
        raise validation_error(_('Key {place} does not say its type, "kty".'), place=position)
    for part in _REQUIRED_KEY_FIELDS.get(kind, "").split():
        if not isinstance(key.get(part), str) or not key[part]:
            raise validation_error(_('Key {place} lacks "{part}".'), place=position, part=part)

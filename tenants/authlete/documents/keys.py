"""Key sets and certificates, as people paste them."""

from typing import Any

from cryptography.x509 import load_pem_x509_certificate

from tenants.authlete.documents.key_facts import PRIVATE
from tenants.authlete.documents.rules import few, json_value
from tenants.authlete.documents.words import _, wrong
from tenants.authlete.redaction import PEM

CERTIFICATE = 20_000  # characters; a limit of ours
_begin, _end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"  # RFC 7468

# What a key cannot be without (RFC 7518, section 6; RFC 8037, section 2).
_needed = {"RSA": "n e", "EC": "crv x y", "OKP": "crv x", "oct": "k"}


def key_set(text: str) -> str:
    """The text of a JWK Set that Authlete may sign with (RFC 7517, section 5)."""
    _keys_of(text)
    return text


def public_key_set(text: str) -> str:
    """The text of a JWK Set of somebody else, so without private parts."""
    for place, key in enumerate(_keys_of(text), 1):
        if PRIVATE & key.keys():
            raise wrong(
                _("Key {place} has private parts. Enter public keys only."), place=place
            )
    return text


def certificate(text: str) -> str:
    """The text of one certificate in PEM form."""
    if len(text) > CERTIFICATE:
        raise wrong(_("Enter one certificate; this text is too long for one."))
    if PEM in text:
        raise wrong(_("This is a private key. Enter the certificate alone."))
    inside = text.strip()
    if not (inside.startswith(_begin) and inside.endswith(_end)):
        raise wrong(
            _("A certificate starts with {begin} and ends with {end}."),
            begin=_begin,
            end=_end,
        )
    if inside.count(_begin) > 1:
        raise wrong(_("Enter each certificate as an entry of its own."))
    try:
        load_pem_x509_certificate(inside.encode())
    except ValueError:
        raise wrong(
            _("This certificate cannot be read. Copy it once more, whole.")
        ) from None
    return text


def certificates(entries: list[str]) -> list[str]:
    """A list that holds no certificate twice."""
    few(entries)
    for place, entry in enumerate(entries, 1):
        if entry.strip() in map(str.strip, entries[: place - 1]):
            raise wrong(_("Certificate {place} repeats an earlier one."), place=place)
    return entries


def _keys_of(text: str) -> list[dict[str, Any]]:
    match json_value(text):
        case {"keys": list() as keys}:
            for place, key in enumerate(keys, 1):
                _check(key, place)
            return keys
    raise wrong(_('Enter a JWK Set: a JSON object with a list named "keys".'))


def _check(key: Any, place: int) -> None:
    if not isinstance(key, dict):
        raise wrong(_("Key {place} is not a JSON object."), place=place)
    kind = key.get("kty")
    if not isinstance(kind, str) or not kind:
        raise wrong(_('Key {place} does not say its type, "kty".'), place=place)
    for part in _needed.get(kind, "").split():
        if not isinstance(key.get(part), str) or not key[part]:
            raise wrong(_('Key {place} lacks "{part}".'), place=place, part=part)

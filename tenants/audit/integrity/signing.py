"""Ed25519 keys that sign checkpoints.

They are separate from the chain keys, so that someone with these keys and the database still
can't rewrite the past. Only signing needs ``AUDIT_SIGNING_KEYS``; verification needs the public
keys in ``AUDIT_PUBLIC_KEYS``.
"""

from base64 import b64decode, b64encode
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from tenants.crypto.key_ring import KEY_BYTES, KeyRing


class SigningKeyMissingError(Exception):
    """No signing key is configured."""


def sign(text: str) -> tuple[str, str]:
    """Return the key name and the base64 signature; raise `SigningKeyMissingError`."""
    if not settings.AUDIT_SIGNING_KEYS:
        raise SigningKeyMissingError("AUDIT_SIGNING_KEYS is empty, so checkpoints can't be signed")
    ring = _parse_signing_keys(settings.AUDIT_SIGNING_KEYS)
    key = Ed25519PrivateKey.from_private_bytes(ring[ring.current])
    return ring.current, b64encode(key.sign(text.encode())).decode()


def is_valid_signature(text: str, name: str, signature: str) -> bool:
    """Return whether the named public key signed the text."""
    public_key = load_public_keys().get(name)
    if public_key is None:
        return False
    try:
        decoded = b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(decoded, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return b64encode(decoded).decode() == signature  # its last bits may say anything


def load_public_keys() -> dict[str, bytes]:
    """Return all public keys by name; those of our signing keys take precedence."""
    keys = parse_public_keys(settings.AUDIT_PUBLIC_KEYS)
    if settings.AUDIT_SIGNING_KEYS:
        ring = _parse_signing_keys(settings.AUDIT_SIGNING_KEYS)
        for name in ring:
            key = Ed25519PrivateKey.from_private_bytes(ring[name])
            keys[name] = key.public_key().public_bytes_raw()
    return keys


def format_public_keys() -> str:
    """Format the public keys for ``AUDIT_PUBLIC_KEYS``."""
    return ",".join(f"{name}:{b64encode(key).decode()}" for name, key in load_public_keys().items())


def parse_public_keys(text: str) -> dict[str, bytes]:
    """Parse a list of public keys; raise `ValueError`."""
    keys = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        name, _, coded = entry.partition(":")
        key = b64decode(coded, validate=True)
        if not name.isalnum() or len(key) != KEY_BYTES:
            raise ValueError(f"a public key must be name:base64 of {KEY_BYTES} bytes")
        keys[name] = key
    return keys


@cache
def _parse_signing_keys(text: str) -> KeyRing:
    return KeyRing.parse(text, "checkpoint")

"""Named keys from the environment: the first one encrypts, all decrypt.

Format: ``name:base64,name:base64``, 32 bytes each. Keys are derived per purpose, so the same
secret in two rings makes two keys.
"""

import hmac
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

KEY_BYTES = 32  # bytes


class KeyNotFoundError(Exception):
    """The key ring has no key with this name."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Named 32-byte keys; ``current`` encrypts and signs."""

    current: str
    _keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str, purpose: str) -> Self:
        """Parse a setting; raise `ValueError` without its content."""
        keys = {
            name: hmac.digest(secret, f"meridian {purpose}".encode(), "sha256")
            for name, secret in parse_secrets(text, purpose).items()
        }
        return cls(next(iter(keys)), keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    @property
    def oldest(self) -> str:
        """Return the last key's name; new keys are added in front."""
        return [*self._keys][-1]

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._keys[name]
        except KeyError:
            raise KeyNotFoundError(f"unknown key {name!r}") from None


def parse_secrets(text: str, purpose: str) -> dict[str, bytes]:
    """Parse the secrets of a key ring; raise `ValueError` without its content."""
    secrets: dict[str, bytes] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        name, _, coded = entry.partition(":")
        try:
            secret = b64decode(coded, validate=True)
        except ValueError:  # not base64, not even ASCII
            secret = b""
        if not name.isalnum() or len(name) > 20 or len(secret) != KEY_BYTES:
            raise ValueError(f"{purpose}: each key must be name:base64 of {KEY_BYTES} bytes")
        if name in secrets:
            raise ValueError(f"{purpose}: two keys have the same name")
        secrets[name] = secret
    if not secrets:
        raise ValueError(f"{purpose}: no key")
    return secrets

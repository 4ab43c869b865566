"""Named keys from the environment: the first seals, all of them open.

Written as ``name:base64,name:base64``, each key of 32 bytes. A ring has one purpose;
keys are derived for it, so that the same secret given to two rings is two keys.
"""

import hmac
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

KEY_BYTES = 32  # bytes


class KeyNotFoundError(Exception):
    """No key of that name is known to this process."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Named keys of 32 bytes; the ``current`` one seals and signs, all others open."""

    current: str
    _keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str, purpose: str) -> Self:
        """The ring that a setting describes; raises `ValueError` without its text."""
        keys = {}
        for entry in filter(None, map(str.strip, text.split(","))):
            name, _, coded = entry.partition(":")
            try:
                secret = b64decode(coded, validate=True)
            except ValueError:  # not base64, not even ASCII
                secret = b""
            if not name.isalnum() or len(name) > 20 or len(secret) != KEY_BYTES:
                raise ValueError(f"{purpose}: each key must be name:base64 of {KEY_BYTES} bytes")
            if name in keys:
                raise ValueError(f"{purpose}: two keys have the same name")
            keys[name] = hmac.digest(secret, f"meridian {purpose}".encode(), "sha256")
        if not keys:
            raise ValueError(f"{purpose}: no key")
        return cls(next(iter(keys)), keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    @property
    def oldest(self) -> str:
        """The last one: new keys are put in front."""
        return [*self._keys][-1]

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._keys[name]
        except KeyError:
            raise KeyNotFoundError(f"unknown key {name!r}") from None

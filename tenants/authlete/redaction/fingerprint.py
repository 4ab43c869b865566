"""The fingerprints that stand for secrets."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import core_schema

HEX_DIGITS = 32
LEGACY_HEX_DIGITS = 16  # of older ones, which are comparable everywhere
# A fingerprint within a text.
FINGERPRINT_PATTERN = re.compile(
    rf"sealed:[0-9a-f]{{{LEGACY_HEX_DIGITS}}}(?:[0-9a-f]{{{HEX_DIGITS - LEGACY_HEX_DIGITS}}})?"
)


class Fingerprint:
    """The fingerprint of a secret, or of a text that is hidden because its field is unknown.

    ``chars`` is the length of a hidden text, if known. It is no part of the identity. Not a
    dataclass, because pydantic dumps dataclasses as dictionaries.
    """

    __slots__ = ("chars", "hex")

    def __init__(self, hex: str, chars: int | None = None) -> None:
        self.hex = hex
        self.chars = chars

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and self.hex == other.hex

    def __hash__(self) -> int:
        return hash(self.hex)

    def __repr__(self) -> str:
        return f"Fingerprint({self.hex!r})"

    def __str__(self) -> str:
        return f"•••••• {self.hex}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(cls)


def is_comparable(hex: str, other_hex: str) -> bool:
    """Return whether two fingerprints have the same format; else equality says nothing."""
    return len(hex) == len(other_hex)


def is_fingerprint(value: Any) -> bool:
    """Return whether a value is a fingerprint, as an object or as text."""
    return isinstance(value, Fingerprint) or (
        isinstance(value, str) and bool(FINGERPRINT_PATTERN.fullmatch(value))
    )


def contains_fingerprint(value: Any) -> bool:
    """Return whether a fingerprint is anywhere in ``value``; Authlete would store it."""
    match value:
        case Fingerprint():
            return True
        case str():
            return bool(FINGERPRINT_PATTERN.search(value))
        case list() | tuple():
            return any(map(contains_fingerprint, value))
        case Mapping():
            return any(map(contains_fingerprint, value.values()))
        case _:
            return False

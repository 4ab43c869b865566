"""Secrets at rest: AES-256-GCM, each bound to the place it was made for.

A value says which key sealed it, and opens only at its own place: a ciphertext that
is moved to another row, column, organization or region does not.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Iterator
from functools import cache
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from tenants.crypto.key_ring import KeyNotFoundError, KeyRing

FORMAT_VERSION = "v1"
NONCE_BYTES = 12  # bytes; NIST SP 800-38D, section 8.2.2


class UnsealError(Exception):
    """The value does not open here: another place, another key, or changed."""


type SealRotation = Callable[[], Iterator[object]]
SEAL_ROTATIONS: dict[str, SealRotation] = {}  # what `vault_rotate` goes through, by its name


def register_rotation(name: str) -> Callable[[SealRotation], SealRotation]:
    """For a function that seals all ``what`` anew and yields each that it did."""

    def decorate(rotation: SealRotation) -> SealRotation:
        SEAL_ROTATIONS[name] = rotation
        return rotation

    return decorate


def iterate_rows[Row: models.Model](queryset: QuerySet[Row]) -> Iterator[Row]:
    """Each row by a query of its own, so that one can write meanwhile.

    With a cursor open, SQLite refuses every write as soon as somebody else has written
    since that cursor was opened.
    """
    for pk in list(queryset.values_list("pk", flat=True)):
        if row := queryset.filter(pk=pk).first():
            yield row


def seal_context(row: models.Model, column: str, *parts: object) -> str:
    """The name of one value's place: its model, row and column, and what binds it."""
    return "/".join(map(str, (row._meta.label_lower, row.pk, column, *parts)))


def seal(secret: str, context: str) -> str:
    """``secret`` under the current key, to be opened at ``place`` only."""
    name = _get_key_ring().current
    nonce = urandom(NONCE_BYTES)
    text = AESGCM(_get_key_ring()[name]).encrypt(
        nonce, secret.encode(), _associated_data(context, name)
    )
    return ".".join((FORMAT_VERSION, name, b64encode(nonce + text).decode()))


def unseal(value: str, context: str) -> str:
    """The secret; raises `Sealed` wherever it was not meant to be opened."""
    version, _, rest = value.partition(".")
    name, _, coded = rest.partition(".")
    if version != FORMAT_VERSION:
        raise UnsealError("unknown format version")
    try:
        data = b64decode(coded, validate=True)
        if b64encode(data).decode() != coded:  # unused bits in the last letter
            raise ValueError
        key = AESGCM(_get_key_ring()[name])
        return key.decrypt(
            data[:NONCE_BYTES], data[NONCE_BYTES:], _associated_data(context, name)
        ).decode()
    except KeyNotFoundError as error:
        raise UnsealError(str(error)) from None
    except (Error, InvalidTag, ValueError):
        raise UnsealError("it was encrypted for another record or was changed") from None


def reseal(value: str, context: str) -> str:
    """The same secret under the current key; ``value`` itself if it is so already."""
    if value.startswith(f"{FORMAT_VERSION}.{_get_key_ring().current}."):
        return value
    return seal(unseal(value, context), context)


def _associated_data(context: str, key: str) -> bytes:
    return f"meridian vault {FORMAT_VERSION}\n{key}\n{context}".encode()


def _get_key_ring() -> KeyRing:
    return _parse_key_ring(settings.VAULT_KEYS)


@cache
def _parse_key_ring(text: str) -> KeyRing:
    return KeyRing.parse(text, "vault")

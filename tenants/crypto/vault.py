"""Secrets at rest: AES-256-GCM with an encryption context.

A value names its key and can be decrypted only in its context: not after it was moved to another
row, column, organization or region.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterator
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
    """The value can't be decrypted: wrong context or key, or tampered with."""


def get_key_ring() -> KeyRing:
    """Return the vault's keys; raise `ValueError` if the setting has none."""
    return _parse_key_ring(settings.VAULT_KEYS)


def iterate_rows[Row: models.Model](queryset: QuerySet[Row]) -> Iterator[Row]:
    """Yield each row by a separate query, so that others can write meanwhile.

    With an open cursor, SQLite refuses writes once another connection has written.
    """
    for pk in list(queryset.values_list("pk", flat=True)):
        if row := queryset.filter(pk=pk).first():
            yield row


def seal_context(row: models.Model, column: str, *parts: object) -> str:
    """Return the encryption context of a column: model, row, column and ``parts``."""
    return "/".join(map(str, (row._meta.label_lower, row.pk, column, *parts)))


def seal(secret: str, context: str) -> str:
    """Encrypt with the current key."""
    name = get_key_ring().current
    nonce = urandom(NONCE_BYTES)
    text = AESGCM(get_key_ring()[name]).encrypt(
        nonce, secret.encode(), _associated_data(context, name)
    )
    return ".".join((FORMAT_VERSION, name, b64encode(nonce + text).decode()))


def unseal(value: str, context: str) -> str:
    """Decrypt; raise `UnsealError` in any other context."""
    version, _, remaining = value.partition(".")
    name, _, coded = remaining.partition(".")
    if version != FORMAT_VERSION:
        raise UnsealError("unknown format version")
    try:
        data = b64decode(coded, validate=True)
        if b64encode(data).decode() != coded:  # unused bits in the last letter
            raise ValueError
        key = AESGCM(get_key_ring()[name])
        return key.decrypt(
            data[:NONCE_BYTES], data[NONCE_BYTES:], _associated_data(context, name)
        ).decode()
    except KeyNotFoundError as error:
        raise UnsealError(str(error)) from None
    except (Error, InvalidTag, ValueError):
        raise UnsealError("it was encrypted for another record or was changed") from None


def key_prefix(key: str) -> str:
    """Return how values that a key encrypted start; "" stands for any key."""
    return f"{FORMAT_VERSION}.{key}." if key else f"{FORMAT_VERSION}."


def reseal(value: str, context: str) -> str:
    """Encrypt with the current key; return ``value`` if it already is."""
    if value.startswith(key_prefix(get_key_ring().current)):
        return value
    return seal(unseal(value, context), context)


def authenticate(content: str) -> str:
    """Return a message authentication code (GMAC) of ``content`` under the current key."""
    return seal("", content)


def is_authentic(mac: str, content: str) -> bool:
    """Return whether ``mac`` was made for exactly this content."""
    try:
        return unseal(mac, content) == ""
    except UnsealError:
        return False


def _associated_data(context: str, key: str) -> bytes:
    return f"meridian vault {FORMAT_VERSION}\n{key}\n{context}".encode()


@cache
def _parse_key_ring(text: str) -> KeyRing:
    return KeyRing.parse(text, "vault")

"""Find secrets, or parts of them, in responses, the database and logs."""

import json
import re
import sqlite3
import zlib
from base64 import urlsafe_b64decode
from contextlib import suppress

from django.db import connection

from tests.support.sessions import stored_sessions

MIN_LEAK_LENGTH = 16  # characters in a row that tell too much
HALF_LEAK_LENGTH = MIN_LEAK_LENGTH // 2
PRIVATE_JWK_MEMBERS = frozenset("d p q dp dq qi k oth".split())  # of a JWK; RFC 7518, section 6


def collect_secrets(value, name=""):
    """Yield the secrets of an Authlete document, recognized by member name."""
    match value:
        case str() if value.startswith("{"):
            yield from collect_secrets(json.loads(value))
        case str():
            if (
                re.search("(?i)secret|callbackApiKey|token(hash)?$", name)
                or name in PRIVATE_JWK_MEMBERS
            ):
                yield value
        case list():
            for item in value:
                yield from collect_secrets(item, name)
        case dict():
            for inner, item in value.items():
                yield from collect_secrets(item, inner)


class SecretScanner:
    """Find parts of given secrets in texts."""

    def __init__(self, secrets):
        self.short = {secret for secret in secrets if len(secret) < MIN_LEAK_LENGTH}
        self.runs = {
            secret[at : at + MIN_LEAK_LENGTH]
            for secret in secrets
            for at in range(max(0, len(secret) - MIN_LEAK_LENGTH + 1))
        }
        self._halves = {
            run[at : at + HALF_LEAK_LENGTH]
            for run in self.runs
            for at in range(HALF_LEAK_LENGTH + 1)
        }
        self._seen = set()

    def find_leak(self, text):
        """Return the parts of secrets in ``text``, without lines scanned before."""
        lines = set(text.splitlines()) - self._seen
        self._seen |= lines
        hits = [secret for line in lines for secret in self.short if secret in line]
        for line in lines:
            # A run, wherever it begins, has one of these halves of the line in it.
            halves = (
                line[at : at + HALF_LEAK_LENGTH] for at in range(0, len(line), HALF_LEAK_LENGTH)
            )
            if not self._halves.isdisjoint(halves):
                pieces = (
                    line[at : at + MIN_LEAK_LENGTH] for at in range(len(line) - MIN_LEAK_LENGTH + 1)
                )
                hits += self.runs.intersection(pieces)
        return hits


def dump_database():
    """Yield (source, text) for every row, the cache, sessions and the SQLite file."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, "\n".join(map(_cell_text, row))
        cursor.execute("SELECT cache_key, value FROM cache")
        for key, value in cursor.fetchall():
            yield f"cache {key}", str(json.loads(value))
    for session in stored_sessions():
        yield "session", str(session)
    if isinstance(connection.connection, sqlite3.Connection):
        yield "file", connection.connection.serialize().decode("latin-1")


def _cell_text(value):
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("latin-1")
    return str(value)


def decode_signed_values(text):
    """Yield the signed, compressed form values of a page in clear text."""
    for signed in re.findall(r'name="base" value="\.([^":]+):', text):
        with suppress(ValueError):
            data = urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
            yield zlib.decompress(data).decode()

"""Looking for secrets, whole or in part, in all that was answered, kept and logged."""

import json
import pickle
import re
import sqlite3
import zlib
from base64 import b64decode, urlsafe_b64decode
from contextlib import suppress

from django.contrib.sessions.models import Session
from django.db import connection

RUN = 16  # characters in a row that tell too much
HALF = RUN // 2
PRIVATE = frozenset("d p q dp dq qi k oth".split())  # of a JWK; RFC 7518, section 6


def secrets_in(value, name=""):
    """The secrets of a document as Authlete has it, told by their names."""
    match value:
        case str() if value.startswith("{"):
            yield from secrets_in(json.loads(value))
        case str():
            if re.search("(?i)secret|callbackApiKey|token(hash)?$", name) or name in PRIVATE:
                yield value
        case list():
            for one in value:
                yield from secrets_in(one, name)
        case dict():
            for inner, one in value.items():
                yield from secrets_in(one, inner)


class Hunt:
    """Looks for secrets in whatever is handed to it."""

    def __init__(self, secrets):
        self.short = {one for one in secrets if len(one) < RUN}
        self.runs = {
            one[at : at + RUN] for one in secrets for at in range(max(0, len(one) - RUN + 1))
        }
        self._halves = {run[at : at + HALF] for run in self.runs for at in range(HALF + 1)}
        self._seen = set()

    def found(self, text):
        """What of a secret is in ``text``; a line that was looked at is not again."""
        lines = set(text.splitlines()) - self._seen
        self._seen |= lines
        hits = [one for line in lines for one in self.short if one in line]
        for line in lines:
            # A run, wherever it begins, has one of these halves of the line in it.
            halves = (line[at : at + HALF] for at in range(0, len(line), HALF))
            if not self._halves.isdisjoint(halves):
                pieces = (line[at : at + RUN] for at in range(len(line) - RUN + 1))
                hits += self.runs.intersection(pieces)
        return hits


def rows():
    """Everything in the database, row by row and as the file that it would be."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, "\n".join(map(_cell, row))
        cursor.execute("SELECT cache_key, value FROM cache")
        for key, value in cursor.fetchall():
            yield f"cache {key}", str(pickle.loads(b64decode(value)))
    for one in Session.objects.all():
        yield "session", str(one.get_decoded())
    if isinstance(connection.connection, sqlite3.Connection):
        yield "file", connection.connection.serialize().decode("latin-1")


def _cell(value):
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("latin-1")
    return str(value)


def opened(text):
    """What a page carries signed and compressed, in the clear."""
    for signed in re.findall(r'name="base" value="\.([^":]+):', text):
        with suppress(ValueError):
            data = urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
            yield zlib.decompress(data).decode()

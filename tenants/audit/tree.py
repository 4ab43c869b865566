"""A Merkle tree over the rows of the record (RFC 9162, section 2.1).

Its root stands for every row up to one. Whoever holds a signed root needs no key of
the record to see that a row belongs under it, and no row but those that are theirs.
The bytes are in `docs/operating.md`, "The record".
"""

import hmac
import json
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from tenants.audit.chain import Link, ring
from tenants.audit.entry import canonical
from tenants.audit.gone import Tombstone

# Members of an intent in which its subject may stand.
MAY_NAME = "subject path object label reason ticket changed".split()

type Perfect = tuple[int, bytes]  # how many rows, a power of two, and their hash


class Face(NamedTuple):
    """A row as it may be shown to whoever may not see subjects."""

    told: str  # the content without what is veiled; canonical JSON
    hidden: str  # that, or nothing; the same
    veil: str  # stands for it, and can be checked with `salt` alone


def face(row: Link) -> Face:
    """A row with its subject, if it is about one, behind a veil."""
    told, hidden = split(row.content)
    return Face(told, hidden, veil(salt(ring()[row.key], row.mac), hidden))


def split(content: str) -> tuple[str, str]:
    """What may be told of a row, and what names the subject that it is about."""
    if '"subject":"' not in content or '"subject":""' in content:
        return content, ""
    said = json.loads(content)
    if "subject" not in said:  # only a text inside says so
        return content, ""
    subject = said["subject"]
    hidden = {
        name: said.pop(name) for name in MAY_NAME if is_named(subject, said[name])
    }
    return canonical(said), canonical(hidden)


def is_named(subject: str, text: str) -> bool:
    """Whether ``text``, which may be JSON, has the subject in it."""
    return subject in text or canonical(subject)[1:-1] in text


def salt(key: bytes, mac: str) -> str:
    """Known to the keepers of the record alone, so that no veil can be guessed at."""
    return hmac.digest(key, f"meridian audit salt v1\n{mac}".encode(), "sha256").hex()


def veil(salt: str, hidden: str) -> str:
    """Stands for what is hidden: hexadecimal SHA-256, of it and of a salt."""
    return sha256(f"meridian audit veil v1\n{salt}\n{hidden}".encode()).hexdigest()


def leaf(row: Link) -> bytes:
    """The hash of one row; of one that was removed, that of what it said."""
    if gone := Tombstone.parse(row.content):
        return bytes.fromhex(gone.leaf)
    return leaf_of(row.seq, row.entry, row.phase, face(row))


def leaf_of(seq: int, entry: str, phase: str, face: Face) -> bytes:
    """The hash of a row by its face (RFC 9162, section 2.1.1)."""
    data = f"meridian audit leaf v1\n{seq}\n{entry}\n{phase}\n{face.veil}\n{face.told}"
    return sha256(b"\0" + data.encode()).digest()


def joined(left: bytes, right: bytes) -> bytes:
    """The hash of two trees beside each other (RFC 9162, section 2.1.1)."""
    return sha256(b"\1" + left + right).digest()


class Tree:
    """Grows row by row, and keeps no more than one hash for each doubling."""

    def __init__(self, peaks: Iterable[Perfect] = ()) -> None:
        self.peaks = list(peaks)  # of perfect trees, the largest first

    @property
    def size(self) -> int:
        return sum(rows for rows, _ in self.peaks)

    def add(self, leaf: bytes) -> None:
        rows, right = 1, leaf
        while self.peaks and self.peaks[-1][0] == rows:
            _, left = self.peaks.pop()
            rows, right = 2 * rows, joined(left, right)
        self.peaks.append((rows, right))

    @property
    def root(self) -> str:
        """In hexadecimal; that of no row at all is the hash of nothing."""
        if not self.peaks:
            return sha256().hexdigest()
        *rest, (_, found) = self.peaks
        for _, left in reversed(rest):
            found = joined(left, found)
        return found.hex()

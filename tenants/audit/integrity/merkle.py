"""Merkle tree of the audit log (RFC 9162, section 2.1).

The root covers all rows. With a signed root, a row can be proven without the chain keys and
without other rows. The byte format is documented in docs/reference/audit-log.md.
"""

import hmac
import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from tenants.audit.integrity.chain import ChainRow, get_audit_keys
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.records import LEAF_FORMAT, canonical_json

# Quotes inside of a JSON string are escaped, so these match members only.
FORMAT_MEMBER = f'"format":{LEAF_FORMAT},'
TIME_PATTERN = re.compile(r'"(?:at|ended_at)":(\d+),')
SALT_PATTERN = re.compile(r'"salt":"([0-9a-f]+)",')

# Members of an intent in which its subject may stand.
SUBJECT_FIELDS = "subject path object label reason ticket changed".split()

type Peak = tuple[int, bytes]  # how many rows, a power of two, and their hash


class RedactedRow(NamedTuple):
    """A row without the parts that identify its subject."""

    visible: str  # content without the hidden part; canonical JSON
    hidden: str  # that, or nothing; the same
    commitment: str  # stands for it, and can be checked with `salt` alone


def redact_row(row: ChainRow) -> RedactedRow:
    """Replace the parts of a row that identify its subject by a commitment.

    Raises `KeyNotFoundError` for an old row, whose salt is derived from a lost key.
    """
    visible, hidden = split_subject(row.content)
    salt = find_salt(row.content) or derive_salt(get_audit_keys()[row.key], row.mac)
    return RedactedRow(visible, hidden, compute_commitment(salt, hidden))


def find_salt(content: str) -> str:
    """Return the salt in a row's content; old rows have none."""
    match = SALT_PATTERN.search(content)
    return match[1] if match else ""


def split_subject(content: str) -> tuple[str, str]:
    """Split a row's content into the visible part and the part naming its subject.

    The salt is in neither.
    """
    content = SALT_PATTERN.sub("", content)
    if '"subject":"' not in content or '"subject":""' in content:
        return content, ""
    members = json.loads(content)
    if "subject" not in members:  # the match was inside another text
        return content, ""
    subject = members["subject"]
    hidden = {
        name: members.pop(name)
        for name in SUBJECT_FIELDS
        if mentions_subject(subject, members[name])
    }
    return canonical_json(members), canonical_json(hidden)


def mentions_subject(subject: str, text: str) -> bool:
    """Return whether ``text``, which may be JSON, contains the subject."""
    return subject in text or canonical_json(subject)[1:-1] in text


def derive_salt(key: bytes, mac: str) -> str:
    """Return the secret salt of an old row."""
    return hmac.digest(key, f"meridian audit salt v1\n{mac}".encode(), "sha256").hex()


def compute_commitment(salt: str, hidden: str) -> str:
    """Return the SHA-256 of the salt and the hidden part, in hex."""
    return sha256(f"meridian audit veil v1\n{salt}\n{hidden}".encode()).hexdigest()


class LeafInput(NamedTuple):
    """The input of a row's leaf hash that its tombstone keeps.

    The position, entry ID and phase of a bound leaf come from the row itself.
    """

    leaf: str = ""  # hash of an old row, which binds nothing; hex
    at: int = 0  # microseconds since 1970
    body: str = ""  # hash of the content; hex


def hash_row(row: ChainRow) -> bytes:
    """Return the leaf hash of a row, or of the row that a tombstone replaced."""
    if tombstone := Tombstone.parse(row.content):
        return _hash_leaf(row, LeafInput(tombstone.leaf, tombstone.at, tombstone.body))
    return _hash_leaf(row, build_leaf_input(row))


def build_leaf_input(row: ChainRow) -> LeafInput:
    """Return the proof that a row's tombstone keeps; raise `ValueError` for a malformed row."""
    redacted = redact_row(row)
    if FORMAT_MEMBER not in row.content:
        return LeafInput(leaf=hash_unbound_row(row, redacted).hex())
    match = TIME_PATTERN.search(row.content)
    if match is None:
        raise ValueError("the row has no time")
    return LeafInput(at=int(match[1]), body=hash_body(redacted))


def _hash_leaf(row: ChainRow, source: LeafInput) -> bytes:
    if source.leaf:
        return bytes.fromhex(source.leaf)
    data = (
        f"meridian audit leaf v2\n{row.seq}\n{row.entry}\n{row.phase}\n{source.at}\n{source.body}"
    )
    return sha256(b"\0" + data.encode()).digest()


def hash_body(redacted: RedactedRow) -> str:
    """Return the hash of a row's content, in hex."""
    data = f"meridian audit body v1\n{redacted.commitment}\n{redacted.visible}"
    return sha256(data.encode()).hexdigest()


def hash_unbound_row(row: ChainRow, redacted: RedactedRow) -> bytes:
    """Return the leaf hash of an old row (RFC 9162, section 2.1.1)."""
    data = (
        f"meridian audit leaf v1\n{row.seq}\n{row.entry}\n{row.phase}"
        f"\n{redacted.commitment}\n{redacted.visible}"
    )
    return sha256(b"\0" + data.encode()).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees (RFC 9162, section 2.1.1)."""
    return sha256(b"\1" + left + right).digest()


class MerkleTree:
    """A tree that grows row by row and stores one hash per doubling."""

    def __init__(self, peaks: Iterable[Peak] = ()) -> None:
        self.peaks = list(peaks)  # of perfect trees, the largest first

    @property
    def size(self) -> int:
        return sum(rows for rows, _ in self.peaks)

    def add(self, leaf: bytes) -> None:
        rows, right = 1, leaf
        while self.peaks and self.peaks[-1][0] == rows:
            _, remaining = self.peaks.pop()
            rows, right = 2 * rows, hash_children(remaining, right)
        self.peaks.append((rows, right))

    @property
    def root(self) -> str:
        """Return the root in hex; the empty tree's root is the hash of nothing."""
        if not self.peaks:
            return sha256().hexdigest()
        *others, (_, hash_value) = self.peaks
        for _, remaining in reversed(others):
            hash_value = hash_children(remaining, hash_value)
        return hash_value.hex()

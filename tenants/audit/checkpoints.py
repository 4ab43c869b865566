"""Signed statements of how long the record is, and what is in it.

Each says: of so many rows, this is the root of their tree. Kept where whoever owns
the database cannot reach, they show that a record was put back, cut or written anew,
even by somebody who has the keys of the chain.
"""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple, Self

from django.db import IntegrityError, transaction

from tenants.audit import signing
from tenants.audit.chain import START, Link, head_mac, ring
from tenants.audit.entry import UNLIKE, canonical
from tenants.audit.gone import holds
from tenants.audit.links import links
from tenants.audit.models import AuditCheckpoint, AuditHead, AuditRecord
from tenants.audit.tree import Tree, leaf
from tenants.keyring import KeyMissing

EVERY = 4 * 60 * 1_000_000  # microseconds; workers look each minute
ROWS = 1000  # after which one is due earlier
LAST = 253_402_300_800_000_000  # microseconds since 1970: no time can be later
MOST = 100_000  # rows that one covers anew, so that no worker is held up for long


class Broken(Exception):
    """The record is not one to be signed; says which row, and why."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(f"row {row}: {what}")
        self.row, self.what = row, what


class Checkpoint(NamedTuple):
    """What is signed of the record at a moment: its size, and the root of its tree."""

    size: int  # rows
    root: str
    time: int  # microseconds since 1970
    previous: str  # digest of the one before
    key: str
    signature: str

    @property
    def text(self) -> str:
        """What is signed."""
        said = (self.size, self.root, self.time, self.previous)
        return "\n".join(["meridian audit checkpoint v1", *map(str, said)])

    @property
    def signed_at(self) -> datetime:
        return datetime.fromtimestamp(self.time / 1_000_000, UTC)

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()

    @property
    def line(self) -> str:
        return canonical(self._asdict())

    @property
    def is_signed(self) -> bool:
        return signing.is_signed(self.text, self.key, self.signature)

    @classmethod
    def parse(cls, line: str) -> Self:
        """Raises `ValueError` for what is no checkpoint."""
        said = json.loads(line, object_pairs_hook=_once)
        if not isinstance(said, dict) or set(said) != set(cls._fields):
            raise ValueError("this is no checkpoint")
        found = cls(**said)
        numbers, texts = (found.size, found.time), (found.root, found.previous)
        if not all(type(one) is int and 0 <= one < LAST for one in numbers):
            raise ValueError("this is no checkpoint")
        if not all(
            isinstance(one, str) for one in (*texts, found.key, found.signature)
        ):
            raise ValueError("this is no checkpoint")
        return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it names a member twice")
    return found


def last() -> Checkpoint | None:
    """The newest that is kept here; raises `Broken` where it cannot be read."""
    return _read(AuditCheckpoint.objects.last())


def _read(kept: AuditCheckpoint | None) -> Checkpoint | None:
    try:
        return Checkpoint.parse(kept.line) if kept else None
    except UNLIKE:
        raise Broken(_head()[0], "the newest checkpoint cannot be read") from None


def is_due(now: int) -> bool:
    """Whether the record has grown enough, or a while ago."""
    covered = last()
    new = _head()[0] - (covered.size if covered else 0)
    if new == 0 or covered is None:
        return new > 0
    # One that was signed by a clock that was ahead is no reason to wait.
    return not 0 < new < ROWS or not 0 <= now - covered.time < EVERY


def cut() -> Checkpoint | None:
    """Sign one for all rows that there are, after checking those that are new; none
    where none is.

    Raises `Broken`, and `signing.Unsigned`.
    """
    kept = AuditCheckpoint.objects.last()
    before = _read(kept)
    tree = _tree(kept, before)
    size, link = _head()
    if size < tree.size:
        raise Broken(size + 1, f"the record had {tree.size} rows when last signed")
    if size == tree.size:
        return None
    upto = min(size, tree.size + MOST)
    _grow(tree, upto, link if upto == size else "")
    said = Checkpoint(
        upto,
        tree.root,
        time.time_ns() // 1000,
        before.digest if before else START,
        "",
        "",
    )
    key, signature = signing.sign(said.text)
    found = said._replace(key=key, signature=signature)
    number = kept.number + 1 if kept else 1
    try:
        with transaction.atomic():
            AuditCheckpoint.objects.create(
                number=number, size=upto, line=found.line, peaks=peaks(tree)
            )
    except IntegrityError:
        return None  # another worker was faster
    return found


def _tree(kept: AuditCheckpoint | None, before: Checkpoint | None) -> Tree:
    """The tree as it was when the last checkpoint was signed: were its peaks not
    held against the signature, a past written anew could be signed by the next."""
    if kept is None or before is None:
        return Tree()
    try:
        found = json.loads(kept.peaks)
        tree = Tree((rows, bytes.fromhex(peak)) for rows, peak in found)
        same = (tree.size, tree.root) == (before.size, before.root)
    except UNLIKE:
        same = False
    if not (before.is_signed and same):
        raise Broken(before.size, "its checkpoint was changed, or signed by nobody")
    return tree


def peaks(tree: Tree) -> str:
    """What the next one goes on from."""
    return json.dumps([(rows, peak.hex()) for rows, peak in tree.peaks])


def _head() -> tuple[int, str]:
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        raise Broken(1, "the record has no head")
    try:
        right = head_mac(ring()[head.key], head.seq, head.link)
    except KeyMissing:
        raise Broken(head.seq, f"the head names the key {head.key!r}") from None
    if right != head.mac:
        raise Broken(head.seq, "the head was changed")
    return head.seq, head.link


def _grow(tree: Tree, upto: int, end: str) -> None:
    """Take in the new rows; ``end`` is the mac of the last one where it is known."""
    seq, link = tree.size, START
    if seq:
        row = AuditRecord.objects.filter(seq=seq).first()
        if row is None:
            raise Broken(seq, "it is missing")
        link = row.mac
    for found in links(seq, upto):
        seq += 1
        if found.seq != seq:
            raise Broken(seq, "it is missing")
        if not _follows(found, link):
            raise Broken(seq, "it, or the row before it, was changed")
        link = found.mac
        tree.add(leaf(found))
    if tree.size != upto or (end and end != link):
        raise Broken(tree.size, "the record ends otherwise than its head says")


def _follows(row: Link, link: str) -> bool:
    try:
        return holds(row, link)
    except KeyMissing:
        return False

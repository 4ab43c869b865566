"""Inclusion proof of some rows of the audit log.

Rows that aren't included are covered by the hashes of the largest complete subtrees without an
included row. In order, all parts make the root (RFC 9162).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tenants.audit.integrity.chain import ChainRow
from tenants.audit.integrity.chain_reader import read_chain
from tenants.audit.integrity.merkle import (
    RedactedRow,
    hash_children,
    hash_row,
    redact_row,
)
from tenants.audit.integrity.tombstones import Tombstone


class ProofPart(NamedTuple):
    """A complete subtree: one included row, or rows that aren't included."""

    rows: int
    hash: bytes
    row: ChainRow | None = None
    redacted: RedactedRow | None = None


def build_proof_parts(is_included: Callable[[ChainRow], bool], size: int) -> Iterator[ProofPart]:
    """Yield the tree of the first ``size`` rows from left to right."""
    hidden: list[tuple[int, int, bytes]] = []  # where one begins, its rows, its hash
    for row in read_chain(until=size):
        is_told = is_included(row) and not Tombstone.parse(row.content)
        redacted = redact_row(row) if is_told else None
        found = hash_row(row)
        if is_told:
            yield from _hidden_parts(hidden)
            hidden = []
            yield ProofPart(1, found, row, redacted)
            continue
        at, rows = row.seq - 1, 1
        while hidden and hidden[-1][1] == rows and hidden[-1][0] % (2 * rows) == 0:
            at, _, left = hidden.pop()
            found, rows = hash_children(left, found), 2 * rows
        hidden.append((at, rows, found))
    yield from _hidden_parts(hidden)


def _hidden_parts(hidden: list[tuple[int, int, bytes]]) -> Iterator[ProofPart]:
    return (ProofPart(rows, found) for _, rows, found in hidden)

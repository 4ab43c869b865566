"""What proves that some rows are where they are in the record, without any other row.

The rows that are not shown are told by the hashes of the largest whole parts of the
tree that hold none that is. In their order they make the root again.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tenants.audit.chain import Link
from tenants.audit.gone import Tombstone
from tenants.audit.links import links
from tenants.audit.tree import Face, face, joined, leaf


class Part(NamedTuple):
    """A whole part of the tree: one row that is shown, or rows that are not."""

    rows: int
    hash: bytes
    row: Link | None = None
    face: Face | None = None


def parts(is_shown: Callable[[Link], bool], size: int) -> Iterator[Part]:
    """The tree of the first ``size`` rows, from left to right."""
    hidden: list[tuple[int, int, bytes]] = []  # where one begins, its rows, its hash
    for row in links(upto=size):
        is_told = is_shown(row) and not Tombstone.parse(row.content)
        seen = face(row) if is_told else None
        found = leaf(row)
        if is_told:
            yield from _told(hidden)
            hidden = []
            yield Part(1, found, row, seen)
            continue
        at, rows = row.seq - 1, 1
        while hidden and hidden[-1][1] == rows and hidden[-1][0] % (2 * rows) == 0:
            at, _, left = hidden.pop()
            found, rows = joined(left, found), 2 * rows
        hidden.append((at, rows, found))
    yield from _told(hidden)


def _told(hidden: list[tuple[int, int, bytes]]) -> Iterator[Part]:
    return (Part(rows, found) for _, rows, found in hidden)

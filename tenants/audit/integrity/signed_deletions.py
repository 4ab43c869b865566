"""Verify new retention runs before a checkpoint signs them.

The rows that a run deleted lie under older checkpoints, of which a new checkpoint continues the
tree without reading their rows again. So someone with the chain keys could claim that younger
rows were expired: the rows between the checkpoints around each tombstone are hashed again.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched, groupby

from tenants.audit.integrity.chain import GENESIS_MAC, ChainRow
from tenants.audit.integrity.chain_reader import MAX_SEQ, read_chain
from tenants.audit.integrity.lost_keys import is_intact_or_lost, load_lost_keys
from tenants.audit.integrity.merkle import hash_row
from tenants.audit.integrity.signed_tree import ChainBrokenError, Checkpoint, load_tree
from tenants.audit.integrity.tombstones import TOMBSTONE_PREFIX, Tombstone
from tenants.audit.models import AuditCheckpoint, AuditRecord
from tenants.audit.records import MALFORMED_ERRORS
from tenants.audit.retention.run_verifier import NeighborClock, UnprovenDeletionError, check_run
from tenants.audit.retention.runs import DeletedRows, RetentionRun
from tenants.crypto.key_ring import KeyNotFoundError

MAX_NUMBERS_PER_QUERY = 500  # numbers in one statement


def check_new_runs(runs: Iterable[ChainRow]) -> None:
    """Raise `ChainBrokenError` unless signed rows prove each run's deletions."""
    for row in runs:
        content = json.loads(row.content)
        try:
            run = RetentionRun.parse(content["at"], content["changed"])
            deleted = _load_deleted_rows(row.entry, run)
            check_run(content, deleted, run.deleted_total)
        except UnprovenDeletionError as error:
            raise ChainBrokenError(error.row or row.seq, str(error)) from None
        except MALFORMED_ERRORS:
            raise ChainBrokenError(row.seq, "the run or its tombstones are malformed") from None


def _load_deleted_rows(entry: str, run: RetentionRun) -> DeletedRows:
    """Return the rows that a run deleted, after comparing them with the checkpoints."""
    records = AuditRecord.objects.filter(
        seq__range=(run.values["first"], run.values["last"]),
        content__startswith=TOMBSTONE_PREFIX,
        content__endswith=f'"run":"{entry}"}}}}',
    )
    rows = [row.chain_row for row in records]
    _check_macs(rows)
    stored = list(AuditCheckpoint.objects.order_by("number"))
    sizes = [checkpoint.size for checkpoint in stored]
    deleted, expected = DeletedRows(), {row.seq for row in rows}
    for end, _ in groupby(rows, lambda row: bisect_left(sizes, row.seq)):
        clock = NeighborClock()
        for row in _read_between(stored, end, clock):
            tombstone = Tombstone.parse(row.content)
            target = deleted if row.seq in expected else DeletedRows()
            if tombstone is None:
                clock.add_time(_read_time(row))
                continue
            target.add(row, tombstone)
            clock.add_row(target, tombstone)
        if end < len(stored):
            clock.add_time(Checkpoint.parse(stored[end].line).time)
    return deleted


def _check_macs(rows: Sequence[ChainRow]) -> None:
    lost_keys = load_lost_keys()
    for batch in batched(rows, MAX_NUMBERS_PER_QUERY):
        earlier = AuditRecord.objects.filter(seq__in=[row.seq - 1 for row in batch])
        macs = dict(earlier.values_list("seq", "mac"))
        for row in batch:
            try:
                before = macs.get(row.seq - 1, GENESIS_MAC)
                is_valid = is_intact_or_lost(row, before, lost_keys)
            except KeyNotFoundError:
                is_valid = False
            if not is_valid:
                raise ChainBrokenError(row.seq, "its tombstone was changed")


def _read_between(
    stored: Sequence[AuditCheckpoint], end: int, clock: NeighborClock
) -> Iterator[ChainRow]:
    """Yield the rows after the checkpoint before ``end``, up to the one at ``end``.

    Raises `ChainBrokenError` if they aren't the rows that were signed.
    """
    before = stored[end - 1] if end else None
    previous = Checkpoint.parse(before.line) if before else None
    tree = load_tree(before, previous)
    if previous:
        clock.add_time(previous.time)
    last = stored[end].size if end < len(stored) else MAX_SEQ
    first = tree.size + 1
    for row in read_chain(tree.size, last):
        tree.add(hash_row(row))
        yield row
    if (
        end < len(stored)
        and tree.root != load_tree(stored[end], Checkpoint.parse(stored[end].line)).root
    ):
        raise ChainBrokenError(first, "the rows from here differ from those signed")


def _read_time(row: ChainRow) -> int:
    content = json.loads(row.content)
    time: int = content["at" if row.phase == "intent" else "ended_at"]
    return time

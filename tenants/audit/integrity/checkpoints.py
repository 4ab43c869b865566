"""Signed checkpoints of the audit log.

A checkpoint states the number of rows and the root of their Merkle tree. Kept outside the
database, it reveals a restored, truncated or rewritten log, even by someone with the chain keys.
"""

import time

from django.db import IntegrityError, transaction

from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.integrity import signing
from tenants.audit.integrity.chain import GENESIS_MAC, ChainRow, compute_head_mac, get_audit_keys
from tenants.audit.integrity.chain_reader import read_chain
from tenants.audit.integrity.lost_keys import LostKeys, is_intact_or_lost, load_lost_keys
from tenants.audit.integrity.merkle import MerkleTree, hash_row
from tenants.audit.integrity.signed_deletions import check_new_runs
from tenants.audit.integrity.signed_tree import (
    ChainBrokenError,
    Checkpoint,
    load_tree,
    serialize_peaks,
)
from tenants.audit.integrity.sink_state import record_sizes
from tenants.audit.models import AuditCheckpoint, AuditHead, AuditRecord
from tenants.audit.records import MALFORMED_ERRORS
from tenants.crypto.key_ring import KeyNotFoundError

INTERVAL_MICROSECONDS = 4 * 60 * 1_000_000  # microseconds; workers look each minute
ROWS_UNTIL_DUE = 1000  # after which one is due earlier
MAX_NEW_ROWS = 100_000  # new rows per checkpoint, to limit the time


def load_last_checkpoint() -> Checkpoint | None:
    """Return the newest stored checkpoint; raise `ChainBrokenError` if unreadable."""
    return _parse_stored(AuditCheckpoint.objects.last())


def _parse_stored(row: AuditCheckpoint | None) -> Checkpoint | None:
    try:
        return Checkpoint.parse(row.line) if row else None
    except MALFORMED_ERRORS:
        raise ChainBrokenError(_load_head()[0], "the newest checkpoint is unreadable") from None


def is_checkpoint_due(now: int) -> bool:
    """Return whether enough rows or time passed since the last checkpoint."""
    covered = load_last_checkpoint()
    new = _load_head()[0] - (covered.size if covered else 0)
    if new == 0 or covered is None:
        return new > 0
    # One that was signed by a clock that was ahead is no reason to wait.
    return not 0 < new < ROWS_UNTIL_DUE or not 0 <= now - covered.time < INTERVAL_MICROSECONDS


def create_checkpoint() -> Checkpoint | None:
    """Verify new rows and sign a checkpoint; return None if there are none.

    Raises `ChainBrokenError` and `SigningKeyMissingError`.
    """
    checkpoint = AuditCheckpoint.objects.last()
    before = _parse_stored(checkpoint)
    tree = load_tree(checkpoint, before)
    size, link = _load_head()
    if size < tree.size:
        raise ChainBrokenError(size + 1, f"the audit log had {tree.size} rows when last signed")
    if size == tree.size:
        return None
    upto = min(size, tree.size + MAX_NEW_ROWS)
    runs = _add_new_rows(tree, upto, link if upto == size else "")
    check_new_runs(runs)
    fields = Checkpoint(
        upto, tree.root, time.time_ns() // 1000, before.digest if before else GENESIS_MAC, "", ""
    )
    key, signature = signing.sign(fields.signed_text)
    signed = fields._replace(key=key, signature=signature)
    number = checkpoint.number + 1 if checkpoint else 1
    try:
        sinks = record_sizes(signed, checkpoint)
    except MALFORMED_ERRORS:
        raise ChainBrokenError(tree.size, "the positions of the sinks were changed") from None
    try:
        with transaction.atomic():
            AuditCheckpoint.objects.create(
                number=number, size=upto, line=signed.line, peaks=serialize_peaks(tree), sinks=sinks
            )
    except IntegrityError:
        return None  # another worker was faster
    return signed


def _load_head() -> tuple[int, str]:
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        raise ChainBrokenError(1, "the audit log has no head")
    try:
        right = compute_head_mac(get_audit_keys()[head.key], head.seq, head.link)
    except KeyNotFoundError:
        raise ChainBrokenError(head.seq, f"the head uses the unknown key {head.key!r}") from None
    if right != head.mac:
        raise ChainBrokenError(head.seq, "the head was changed")
    return head.seq, head.link


def _add_new_rows(tree: MerkleTree, until: int, last_mac: str) -> list[ChainRow]:
    """Verify new rows, add them, and return the retention runs among them.

    ``last_mac`` is the last row's MAC if known.
    """
    seq, link = tree.size, GENESIS_MAC
    runs, lost_keys = [], load_lost_keys()
    if seq:
        row = AuditRecord.objects.filter(seq=seq).first()
        if row is None:
            raise ChainBrokenError(seq, "the row is missing")
        link = row.mac
    for chain_row in read_chain(seq, until):
        seq += 1
        if chain_row.seq != seq:
            raise ChainBrokenError(seq, "the row is missing")
        if not _is_linked(chain_row, link, lost_keys):
            raise ChainBrokenError(seq, "this row or the previous one was changed")
        link = chain_row.mac
        try:
            tree.add(hash_row(chain_row))
        except KeyNotFoundError:
            raise ChainBrokenError(seq, "the row has no salt, and its key is lost") from None
        if f'"operation":"{AUDIT_EXPIRE.name}"' in chain_row.content:
            runs.append(chain_row)
    if tree.size != until or (last_mac and last_mac != link):
        raise ChainBrokenError(tree.size, "the audit log doesn't end where its head says")
    return runs


def _is_linked(row: ChainRow, previous_mac: str, lost_keys: LostKeys) -> bool:
    try:
        return is_intact_or_lost(row, previous_mac, lost_keys)
    except KeyNotFoundError:
        return False

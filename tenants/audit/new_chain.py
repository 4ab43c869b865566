"""Start a new chain after the loss of chain keys, linked to the old one.

The old rows stay, and their leaf hashes are compared with the checkpoints that were signed. See
docs/explanation/decisions/lost-chain-keys.md.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.events import AUDIT_NEW_CHAIN
from tenants.audit.integrity.chain import compute_head_mac, get_audit_keys
from tenants.audit.integrity.lost_keys import LostKey, LostKeys, load_lost_keys
from tenants.audit.integrity.report import VerificationReport
from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.integrity.sink_state import save_state
from tenants.audit.integrity.tombstones import TOMBSTONE_PREFIX
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import (
    AuditCheckpoint,
    AuditEntry,
    AuditHead,
    AuditRecord,
    CheckpointProgress,
)
from tenants.audit.store import append_records
from tenants.audit.subject_index import rebuild_fingerprints
from tenants.authlete.outcome import Outcome
from tenants.concurrency.write_queue import exclusive_write

SALT_MEMBER = '"salt":"'


class NewChainError(Exception):
    """No new chain was started."""


def find_lost_keys() -> LostKeys:
    """Return the keys of rows and head that `AUDIT_KEYS` lacks and no new chain recorded."""
    known = {*get_audit_keys(), *load_lost_keys()}
    by_key = AuditRecord.objects.order_by("key").values_list("key")
    counts = by_key.annotate(first=Min("seq"), last=Max("seq"), rows=Count("seq"))
    found = {name: (first, last, rows) for name, first, last, rows in counts}
    for name in AuditHead.objects.values_list("key", flat=True):
        found.setdefault(name, (0, 0, 0))
    newest = AuditCheckpoint.objects.last()
    signed = newest.size if newest else 0
    return {
        name: LostKey(name, *span, unsalted=_find_last_unsalted(name), signed=signed)
        for name, span in found.items()
        if name not in known
    }


def _find_last_unsalted(name: str) -> int:
    rows = AuditRecord.objects.filter(key=name).exclude(content__contains=SALT_MEMBER)
    unsalted = rows.exclude(content__startswith=TOMBSTONE_PREFIX)
    return unsalted.aggregate(last=Max("seq"))["last"] or 0


def start_new_chain(
    actor: Actor, reason: str, anchor: Iterable[Checkpoint] = ()
) -> VerificationReport:
    """Verify the old chain without its lost keys, and continue it under the current key.

    Returns the verification of the old chain. Raises `NewChainError` if no key is lost, or if the
    old rows differ from the checkpoints.
    """
    lost_keys = find_lost_keys()
    if not lost_keys:
        raise NewChainError("All chain keys are there.")
    for key in lost_keys.values():
        if key.unsalted > key.signed and (key.signed or settings.AUDIT_SINKS):
            raise NewChainError(
                f"Rows {key.signed + 1} to {key.unsalted} have no salt and no checkpoint, so "
                f"they can't be signed without the key {key.name}."
            )
    all_lost = {**load_lost_keys(), **lost_keys}
    for _ in rebuild_fingerprints(AuditEntry):  # their key is the oldest one, which may be lost
        pass
    _save_sink_states(lost_keys)
    report = verify_audit_log(anchor, all_lost)
    if report.first_bad_row:
        row, problem = report.first_bad_row
        raise NewChainError(f"The old chain doesn't match its checkpoints. Row {row}: {problem}.")
    _sign_head(lost_keys, report.rows)
    changes = [change for key in all_lost.values() for change in key.changes]
    intent = record_builder.build_intent(
        actor, AUDIT_NEW_CHAIN.name, AUDIT_NEW_CHAIN.effect, changes=changes, reason=reason
    )
    append_records([intent, record_builder.build_outcome(intent.entry, Outcome.SUCCEEDED)])
    return report


def _save_sink_states(lost_keys: LostKeys) -> None:
    for state in CheckpointProgress.objects.filter(key__in=lost_keys):
        save_state(state)


def _sign_head(lost_keys: LostKeys, rows: int) -> None:
    """Sign the head with the current key if its own is lost."""
    keys = get_audit_keys()
    with exclusive_write(), transaction.atomic(durable=True):
        head = AuditHead.objects.select_for_update().get(pk=1)
        if head.key not in lost_keys:
            return
        if head.seq != rows:
            raise NewChainError("The head changed meanwhile. Try again.")
        head.key = keys.current
        head.mac = compute_head_mac(keys[keys.current], head.seq, head.link)
        head.save()

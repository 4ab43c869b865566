"""What an attacker with full database access can do to the audit log."""

from django.db import connection

from tenants.audit.integrity import append_only, tombstones
from tenants.audit.integrity.chain import GENESIS_MAC, compute_head_mac, compute_mac, get_audit_keys
from tenants.audit.integrity.sink_state import save_state
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.models import AuditHead, AuditRecord, CheckpointProgress


def drop_append_only_triggers() -> None:
    """Drop the triggers that protect the audit log."""
    append_only.drop_triggers(connection)


CHECKPOINT_KEY = "s1:" + "C" * 43 + "="  # a key for checkpoints; without one none is made


def recompute_chain(key=None):
    """Recompute the chain for the current rows, with the real keys or with ``key``."""
    keys = get_audit_keys()
    key = key or keys.__getitem__
    link, seq = GENESIS_MAC, 0
    for row in AuditRecord.objects.order_by("seq"):
        seq += 1
        if stone := Tombstone.parse(row.content):
            # What a removed row said is not known, so its own mac stays.
            own = tombstones._tombstone_mac(stone, row.chain_row._replace(seq=seq), link)
            content = stone._replace(mac=own).text
            AuditRecord.objects.filter(pk=row.pk).update(seq=seq, content=content)
            link = row.mac
            continue
        link = compute_mac(key(row.key), link, seq, row.entry, row.phase, row.content)
        AuditRecord.objects.filter(pk=row.pk).update(seq=seq, mac=link)
    name = keys.current
    sealed = compute_head_mac(key(name), seq, link)
    AuditHead.objects.update(seq=seq, link=link, key=name, mac=sealed)


def advance_log(seq):
    """Let the log continue after row ``seq``, as if other organizations had written that many."""
    name, head = get_audit_keys().current, AuditHead.objects.get()
    sealed = compute_head_mac(get_audit_keys()[name], seq, head.link)
    AuditHead.objects.update(seq=seq, key=name, mac=sealed)


def save_progress(size, name=""):
    """Set how far the checkpoint sinks have come, as a worker does; create ``name``."""
    states = [*CheckpointProgress.objects.all()] or [CheckpointProgress(name=name)]
    for state in states:
        state.size = size
        save_state(state)

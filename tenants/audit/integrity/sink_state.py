"""Authenticated delivery state of the checkpoint sinks.

Each checkpoint's row records how far the sinks had come, with a MAC that is bound to the
checkpoint. So a state that is missing, or was replaced by an older one, is noticed.
"""

import hmac
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tenants.audit.integrity.chain import get_audit_keys
from tenants.audit.integrity.lost_keys import LostKeys, load_lost_keys
from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.models import AuditCheckpoint, CheckpointProgress
from tenants.audit.records import MALFORMED_ERRORS, canonical_json
from tenants.crypto.key_ring import KeyNotFoundError
from tenants.outbound.alerts import alert


def load_state(name: str) -> CheckpointProgress:
    """Load a sink's state; one that was changed in the database counts as none.

    Alerts if it was changed, deleted or replaced by an older one.
    """
    state = CheckpointProgress.objects.filter(name=name).first()
    try:
        recorded = load_recorded_sizes(AuditCheckpoint.objects.last()).get(name, 0)
    except MALFORMED_ERRORS:
        recorded = 0  # no further checkpoint is signed: see `create_checkpoint`
    if problem := find_state_problem(name, state, recorded):
        alert("audit.broken", level=logging.ERROR, row=recorded, what=problem)
    return state if state and is_state_intact(state) else CheckpointProgress(name=name)


def find_state_problem(name: str, state: CheckpointProgress | None, recorded: int) -> str:
    """Return how the state of a sink that had ``recorded`` rows was tampered with, or ""."""
    if state and not is_state_intact(state):
        return f"the delivery state of {name} was changed"
    if recorded and state is None:
        return f"the delivery state of {name} was deleted"
    if state and state.size < recorded:
        return f"the delivery state of {name} is older than the last checkpoint"
    return ""


def record_sizes(checkpoint: Checkpoint, previous: AuditCheckpoint | None) -> str:
    """Return how far the sinks have come, for the row of ``checkpoint``.

    A state that was tampered with since ``previous`` doesn't lower it. Raises one of
    `MALFORMED_ERRORS` if the record in ``previous`` was changed.
    """
    sizes = load_recorded_sizes(previous)
    for state in CheckpointProgress.objects.all():
        if is_state_intact(state):
            sizes[state.name] = max(state.size, sizes.get(state.name, 0))
    return authenticate_sizes(checkpoint, sizes, get_audit_keys().current)


def load_recorded_sizes(
    row: AuditCheckpoint | None, lost_keys: LostKeys | None = None
) -> dict[str, int]:
    """Return the rows that each sink had, by name; raise one of `MALFORMED_ERRORS` if changed.

    A MAC under a lost key isn't checked.
    """
    if row is None:
        return {}
    record = json.loads(row.sinks)
    sizes: dict[str, int] = record["sizes"]
    checkpoint = Checkpoint.parse(row.line)
    try:
        expected = authenticate_sizes(checkpoint, sizes, record["key"])
    except KeyNotFoundError as error:
        lost = (load_lost_keys() if lost_keys is None else lost_keys).get(record["key"])
        if lost and checkpoint.size <= lost.last:
            return sizes
        raise ValueError from error
    if row.sinks != expected:
        raise ValueError("the positions of the sinks were changed")
    return sizes


def authenticate_sizes(checkpoint: Checkpoint, sizes: Mapping[str, Any], key: str) -> str:
    """Return JSON with a MAC that is bound to the checkpoint; raise `KeyNotFoundError`."""
    data = "\n".join(["meridian audit sinks v1", checkpoint.digest, canonical_json(sizes)])
    mac = hmac.digest(get_audit_keys()[key], data.encode(), "sha256").hex()
    return canonical_json({"key": key, "mac": mac, "sizes": sizes})


def save_state(state: CheckpointProgress) -> None:
    """Save a sink's state with a MAC under the current audit key."""
    state.key = get_audit_keys().current
    state.mac = compute_state_mac(state)
    state.save()


def is_state_intact(state: CheckpointProgress) -> bool:
    """Return whether the state is as `save_state` wrote it."""
    try:
        return hmac.compare_digest(compute_state_mac(state).encode(), str(state.mac).encode())
    except KeyNotFoundError:
        return False


def compute_state_mac(state: CheckpointProgress) -> str:
    """Return the MAC of a sink's state; raise `KeyNotFoundError`."""
    times = (_format_time(state.sent_at), _format_time(state.failed_at))
    fields = (state.name, state.size, *times, state.error)
    data = "\n".join(["meridian audit sink v1", *map(str, fields)])
    return hmac.digest(get_audit_keys()[state.key], data.encode(), "sha256").hex()


def _format_time(time: datetime | None) -> str:
    return time.astimezone(UTC).isoformat() if time else ""

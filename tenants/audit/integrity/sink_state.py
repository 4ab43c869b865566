"""Authenticated delivery state of the checkpoint sinks."""

import hmac
import logging
from datetime import UTC, datetime

from tenants.audit.integrity.chain import get_audit_keys
from tenants.audit.models import CheckpointProgress
from tenants.crypto.key_ring import KeyNotFoundError
from tenants.outbound.alerts import alert


def load_state(name: str) -> CheckpointProgress:
    """Load a sink's state; one that was changed in the database counts as none."""
    state = CheckpointProgress.objects.filter(name=name).first()
    if state and not is_state_intact(state):
        problem = f"the delivery state of {name} was changed"
        alert("audit.broken", level=logging.ERROR, row=state.size, what=problem)
        state = None
    return state or CheckpointProgress(name=name)


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

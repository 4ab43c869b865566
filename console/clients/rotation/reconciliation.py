"""Update rotations when an unknown outcome is resolved."""

from console.clients.rotation.lifecycle import reconcile_state
from console.models import Rotation
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import on_resolved
from tenants.authlete.api.clients import SET_SECRET
from tenants.authlete.errors import Outcome

State = Rotation.State


@on_resolved(SET_SECRET.name)
def apply_resolved_call(entry: AuditEntry, outcome: Outcome) -> None:
    """Update the rotation whose call was resolved."""
    rotation = Rotation.objects.filter(
        organization=entry.organization_id,
        region=entry.region,
        service_id=entry.service,
        client_id=entry.client,
        state__in=(State.ACTIVATING, State.UNDOING),
    ).first()
    side = "after" if outcome is Outcome.SUCCEEDED else "before"
    marks = [one[side] for one in entry.changes if one["field"] == "clientSecret"]
    if rotation and marks and isinstance(marks[0], dict):
        who = Actor(
            entry.actor_id,
            entry.actor,
            organization_id=entry.organization_id,
            organization=entry.organization,
        )
        reconcile_state(rotation, marks[0]["fingerprint"], who)

"""What is settled of a call that set a secret counts for its rotation."""

from console.clients.rotating import look
from console.models import Rotation
from tenants.audit.lost.settling import follows
from tenants.audit.models import AuditEntry
from tenants.audit.who import Who
from tenants.authlete.api.clients import SET_SECRET
from tenants.authlete.errors import Outcome

State = Rotation.State


@follows(SET_SECRET.name)
def follow(entry: AuditEntry, outcome: Outcome) -> None:
    """Without this, the next look at the client's page would tell."""
    rotation = Rotation.objects.filter(
        organization=entry.organization_id,
        region=entry.region,
        service_id=entry.service,
        client_id=entry.client,
        state__in=(State.ACTIVATING, State.UNDOING),
    ).first()
    side = "after" if outcome is Outcome.DONE else "before"
    marks = [one[side] for one in entry.changes if one["field"] == "clientSecret"]
    if rotation and marks and isinstance(marks[0], dict):
        who = Who(
            entry.actor_id,
            entry.actor,
            organization_id=entry.organization_id,
            organization=entry.organization,
        )
        look(rotation, marks[0]["fingerprint"], who)

"""Jobs of secret rotations."""

from django.utils.translation import gettext as _

from console.clients.rotation.activation import ACTIVATION_JOB, SecretChangedError, activate_secret
from console.clients.rotation.lifecycle import RotationConflictError, reconcile_state
from console.models import Rotation
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import on_resolved
from tenants.authlete.api.clients import SET_SECRET
from tenants.authlete.errors import InvalidRequestError, StaleVersionError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.crypto.vault import UnsealError
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item
from tenants.jobs.registry import ItemResult, job_handler

State = Rotation.State


@job_handler(ACTIVATION_JOB, permission=Effect.REVEAL)
def run_activation(work: JobContext, item: Item) -> ItemResult:
    """Activate a staged secret at its scheduled time; can be retried."""
    rotation = Rotation.objects.filter(
        pk=item.payload["rotation"], job=work.job.pk, state__in=[State.STAGED, State.ACTIVATING]
    ).first()
    if rotation is None:
        return ItemResult(_("The rotation is no longer scheduled."), changed=False)
    actor = load_starter(work.job, Effect.REVEAL) or worker_actor(work.job)
    try:
        activate_secret(work.connect(item.region), actor, rotation)
    except RotationConflictError:
        return ItemResult(_("Someone else continued the rotation."), changed=False)
    except SecretChangedError:
        rotation.transition(State.STAGED, activate_at=None)
        raise StaleVersionError(
            _("The current secret has changed since the new one was staged."), {}
        ) from None
    except UnsealError:
        rotation.transition(State.STAGED, activate_at=None)
        raise InvalidRequestError(_("The stored secret can't be decrypted.")) from None
    return ItemResult(_("You can undo the rotation."))


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
    key = "after" if outcome is Outcome.SUCCEEDED else "before"
    marks = [change[key] for change in entry.changes if change["field"] == "clientSecret"]
    if rotation and marks and isinstance(marks[0], dict):
        actor = Actor(
            entry.actor_id,
            entry.actor,
            organization_id=entry.organization_id,
            organization=entry.organization,
        )
        reconcile_state(rotation, marks[0]["fingerprint"], actor)

"""What is done to clients by jobs."""

from django.utils.translation import gettext as _

from console.clients.activating import KIND, Changed, activate
from console.clients.rotating import Moved
from console.models import Rotation
from tenants.authlete.errors import Stale, Unsendable
from tenants.authlete.operation import Effect
from tenants.jobs.endings import allowed, worker
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import Item
from tenants.jobs.work import Work
from tenants.vault import Sealed

State = Rotation.State


@handler(KIND, effect=Effect.REVEAL)
def activate_secret(work: Work, item: Item) -> Result:
    """Activate a staged secret at its time; begun again, it looks first whether that
    was done."""
    rotation = Rotation.objects.filter(
        pk=item.what["rotation"],
        job=work.job.pk,
        state__in=[State.STAGED, State.ACTIVATING],
    ).first()
    if rotation is None:
        return Result(_("It is not waiting for this any more."), changed=False)
    who = allowed(work.job, Effect.REVEAL) or worker(work.job)
    try:
        activate(work.connect(item.region), who, rotation)
    except Moved:
        return Result(_("Somebody else has gone on with it."), changed=False)
    except Changed:
        rotation.turn(State.STAGED, activate_at=None)
        raise Stale(
            _("The secret in use is not the one that was there when this was staged."),
            {},
        ) from None
    except Sealed:
        rotation.turn(State.STAGED, activate_at=None)
        raise Unsendable(
            _("What is kept here does not open under any key that there is.")
        ) from None
    return Result(_("The old one can be put back."))

"""The steps of rollovers, as a job each."""

from django.utils.translation import gettext as _

from console.keys.carrying import KIND, carry_on, told
from console.keys.sending import Moved
from console.keys.steps import Unexpected
from console.models import Rollover
from tenants.audit.events import ROLLOVER_STOP
from tenants.audit.notes import note
from tenants.authlete.changes import Change
from tenants.authlete.errors import Stale
from tenants.authlete.operation import Effect
from tenants.jobs.endings import allowed, worker
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import Item
from tenants.jobs.work import Work


@handler(KIND, effect=Effect.DESTROY)
def roll(work: Work, item: Item) -> Result:
    """Carry a rollover on; begun again, it looks first whether that was done."""
    rollover = Rollover.objects.filter(
        pk=item.what["rollover"], state=item.what["state"], job=work.job.pk
    ).first()
    if rollover is None:
        return Result(_("It is not waiting for this any more."), changed=False)
    if rollover.needs_word:  # it was begun when nobody was asked yet
        rollover.turn(rollover.state, job=None)
        return Result(_("It waits for word about the superiors."), changed=False)
    who = allowed(work.job, Effect.DESTROY) or worker(work.job)
    api = work.connect(item.region).service(item.service_id)
    try:
        changed = carry_on(api, who, rollover)
    except Moved:
        return Result(_("Somebody else has gone on with it."), changed=False)
    except Unexpected as error:
        said = told(rollover)
        said["changes"] = [Change("trouble", None, str(error))]
        note(who, ROLLOVER_STOP, **said)
        rollover.turn(rollover.state, trouble=str(error)[:400], acting_at=None)
        raise Stale(str(error), {}) from None
    return Result(str(rollover.get_state_display()), changed=changed)

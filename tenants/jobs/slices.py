"""One slice of a job: a few items, a few seconds, each item kept as it ends."""

import logging
from time import monotonic
from uuid import UUID

from django.db.models import Min
from django.utils.translation import gettext as _

from tenants.audit.log import AuditLog
from tenants.audit.who import Who
from tenants.connect import Held, credentials
from tenants.jobs import items, leases
from tenants.jobs.endings import allowed, end, stop, to_do
from tenants.jobs.judging import Then
from tenants.jobs.kinds import HANDLERS, Handler
from tenants.jobs.models import Fate, Item, Job, State
from tenants.jobs.queue import hand_on
from tenants.jobs.work import Lost, Pulse, Work

log = logging.getLogger(__name__)

SECONDS = 5.0  # after which no further item is begun
ITEMS = 25


def run(pk: UUID) -> None:
    """Work on a job, if it is due and nobody else does."""
    lease = leases.claim(pk)
    if lease is None:
        return
    job = Job.objects.select_related("organization").get(pk=pk)
    try:
        _work(job, lease)
    except Lost:
        log.warning("job %s went to another worker, or an item was skipped", pk)
    hand_on(pk, lease)


def _work(job: Job, lease: UUID) -> None:
    handler = HANDLERS.get(job.kind)
    if handler is None:
        stop(job, lease, _("This version of the console knows no such job."))
        return
    who = allowed(job, handler.effect)
    if who is None:
        why = _("Whoever started it may not do this any more.")
        end(job, lease, State.REFUSED, why)
    elif _pick_up(job, lease, handler):
        _go_on(job, lease, handler, who, credentials(job.organization))


def _go_on(job: Job, lease: UUID, handler: Handler, who: Who, held: Held) -> None:
    until = monotonic() + SECONDS
    for _number in range(ITEMS):
        if monotonic() > until or not leases.beat(job.pk, lease, State.RUNNING):
            return
        item = items.begin(job, lease)
        if item is None:
            _rest(job, lease)
            return
        watch = Pulse(AuditLog(who, job.reason, job.ticket), item, lease)
        then = items.attempt(Work(job, watch, held), item, handler)
        if then is Then.STOP and to_do(job):
            stop(job, lease, job.trouble or _look_at(item))
            return


def _look_at(item: Item) -> str:
    return _("It stopped at “{item}”: look at that first.").format(item=item.name)


def _pick_up(job: Job, lease: UUID, handler: Handler) -> bool:
    """What a killed worker left in the middle is begun again where that can do no
    harm; False when somebody must look first."""
    for item in Item.objects.filter(job=job, state=Fate.RUNNING).exclude(lease=lease):
        if handler.repeatable or not item.entry:
            items.put_back(item)
            continue
        items.end(
            item,
            Fate.UNKNOWN,
            text=_("The worker was stopped in the middle of this."),
        )
        if to_do(job):
            stop(job, lease, _look_at(item))
            return False
    return True


def _rest(job: Job, lease: UUID) -> None:
    """Nothing is due: the job is over, or waits for what is to be tried again."""
    pending = Item.objects.filter(job=job, state=Fate.PENDING)
    again = pending.aggregate(at=Min("again_at"))["at"]
    if again is None and not pending.exists():
        end(job, lease, State.DONE)
    else:
        mine = Job.objects.filter(pk=job.pk, lease=lease, state=State.RUNNING)
        mine.update(state=State.WAITING, due_at=again or job.due_at)

"""One slice of a job: a few items, a few seconds, each item kept as it ends."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic
from uuid import UUID

from django.db import connection, connections
from django.db.models import Min
from django.utils.translation import gettext as _

from tenants.audit.log import AuditLog
from tenants.audit.who import Who
from tenants.connect import Held, credentials
from tenants.jobs import items, leases
from tenants.jobs.endings import allowed, end, skip, stop, tell_ended, to_do
from tenants.jobs.judging import Then
from tenants.jobs.kinds import HANDLERS, Handler
from tenants.jobs.models import Fate, Item, Job, State
from tenants.jobs.queue import hand_on
from tenants.jobs.work import Lost, Pulse, Work
from tenants.turns import in_turn

log = logging.getLogger(__name__)

SECONDS = 5.0  # after which no further item is begun
ITEMS = 25  # of each thread


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
    if Job.objects.filter(pk=pk, state=State.CANCELLED).exists():
        skip(job)  # what was being tried when it was cancelled
        tell_ended(job)
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
    turns = _Turns(job, lease, ITEMS * handler.at_once)
    log = AuditLog(who, job.reason, job.ticket, of_a_subject=handler.of_a_subject)

    def work() -> None:
        while item := turns.take():
            pulse = Pulse(log, item, lease, notes=not handler.repeatable)
            found = items.attempt(Work(job, pulse, held), item, handler)
            if found.then is Then.STOP:
                turns.stop(found.trouble or _look_at(item))

    try:
        _at_once(handler.at_once, work)
    finally:
        log.settle()
    if turns.trouble and to_do(job):
        stop(job, lease, turns.trouble)
    elif turns.trouble or turns.empty:
        _rest(job, lease)


class _Turns:
    """Who of a slice's threads begins which item, and whether any still does."""

    def __init__(self, job: Job, lease: UUID, most: int) -> None:
        self._job = job
        self._lease = lease
        self._left = most
        self._until = monotonic() + SECONDS
        self._lock = Lock()
        self.empty = False
        self.trouble = ""

    def take(self) -> Item | None:
        """The next item, begun; None when this slice begins no further one."""
        with self._lock:
            over = self.trouble or not self._left or monotonic() > self._until
            if over or not leases.beat(self._job.pk, self._lease, State.RUNNING):
                return None
            self._left -= 1
            item = items.begin(self._job, self._lease)
            self.empty = item is None
            return item

    def stop(self, trouble: str) -> None:
        with self._lock:
            self.trouble = self.trouble or trouble


def _at_once(times: int, work: Callable[[], None]) -> None:
    """Work in so many threads, and return when all of them have ended.

    Within a transaction, as tests have it, no other thread would see the job.
    """
    if times == 1 or connection.in_atomic_block:
        work()
        return
    with ThreadPoolExecutor(times, "job") as threads:
        found = [threads.submit(_alone, work) for _ in range(times)]
    for one in found:
        one.result()


def _alone(work: Callable[[], None]) -> None:
    try:
        with connection.execute_wrapper(in_turn):
            work()
    finally:
        connections.close_all()


def _look_at(item: Item) -> str:
    return _("It stopped at “{item}”: look at that first.").format(item=item.name)


def _pick_up(job: Job, lease: UUID, handler: Handler) -> bool:
    """What a killed worker left in the middle is begun again where that can do no
    harm; False when somebody must look first."""
    lost = None
    for item in Item.objects.filter(job=job, state=Fate.RUNNING).exclude(lease=lease):
        if handler.repeatable or not item.entry:
            items.put_back(item)
        else:
            text = _("The worker was stopped in the middle of this.")
            items.end(item, Fate.UNKNOWN, text=text)
            lost = lost or item
    if lost and to_do(job):
        stop(job, lease, _look_at(lost))
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

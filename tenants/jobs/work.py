"""What a handler is given: the way to Authlete in the name of who started the job."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tenants.audit.log import AuditLog
from tenants.authlete import Authlete
from tenants.authlete.errors import NotRecorded, Outcome
from tenants.authlete.operation import Effect
from tenants.authlete.watch import Call, Ending
from tenants.connect import Held, connect
from tenants.jobs import leases
from tenants.jobs.models import OPEN, Fate, Item, Job

if TYPE_CHECKING:
    from tenants.jobs.steering import NewItem


class Lost(Exception):
    """Another worker has the job by now; this one must not send another byte."""


class Pulse:
    """A `Watch` that asks before each call whether the job is still this worker's,
    and ``notes`` beside the item what is about to change something and must not be
    begun again."""

    def __init__(
        self, log: AuditLog, item: Item, lease: UUID, *, notes: bool = True
    ) -> None:
        self._log = log
        self._item = item
        self._notes = notes
        self.lease = lease
        self.sent: set[str] = set()  # entries of what may have changed something

    def open(self, calls: Sequence[Call]) -> list[str]:
        self.beat()
        entries = self._log.open(calls)
        changing = [
            entry
            for entry, call in zip(entries, calls, strict=True)
            if call.operation.effect is not Effect.READ
        ]
        if changing:
            if self._notes:
                self._note(changing[-1], entries)
            self._item.entry = changing[-1]
            self.sent.update(changing)
        return entries

    def close(self, endings: Sequence[Ending], *, wait: bool = True) -> None:
        # Nobody looks at the outcome of a read before the slice ends, which waits.
        wait = wait and any(one.id in self.sent for one in endings)
        self.sent.difference_update(
            one.id
            for one in endings
            if one.outcome in (Outcome.REFUSED, Outcome.NOT_SENT)
        )
        self._log.close(endings, wait=wait)

    def settle(self) -> None:
        self._log.settle()

    def beat(self) -> None:
        """Say that this worker is alive, in the middle of what takes long and makes no
        calls; raises `Lost`."""
        if not leases.beat(self._item.job_id, self.lease):
            raise Lost

    def _note(self, entry: str, entries: Sequence[str]) -> None:
        """Should this process be killed now, whoever comes next knows of the call."""
        mine = Item.objects.filter(
            pk=self._item.pk, state=Fate.RUNNING, lease=self.lease
        )
        error: Exception | None = None
        try:
            if mine.update(entry=entry):
                return
        except DatabaseError as found:
            error = found
        self._log.close([Ending(one, Outcome.NOT_SENT) for one in entries])
        if error:
            raise NotRecorded(_("The item could not be noted, so nothing was sent."))
        raise Lost


@dataclass(frozen=True)
class Work:
    """One item of a job, in the hands of one worker."""

    job: Job
    watch: Pulse
    held: Held  # the organization's credentials

    def connect(self, region: str) -> Authlete:
        """Every call is kept as the starter's, with the job's reason and ticket.

        Raises `Unauthorized` where there is no credential that opens.
        """
        return connect(self.held, region, self.watch, holder=self.job.actor)

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Keep the lease while something takes long and makes no call.

        Raises `Lost` afterwards where the job has become somebody else's.
        """
        ended = threading.Event()
        pace = leases.span().total_seconds() / 3

        def beat() -> None:
            try:
                while not ended.wait(pace):
                    with suppress(Lost, DatabaseError):
                        self.watch.beat()
            finally:
                connection.close()

        thread = threading.Thread(target=beat, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        self.watch.beat()

    def add(self, found: Iterable["NewItem"]) -> int:
        """Have the same job do more, and return how many items that are: places which
        it has an item for already are left out, so this may be repeated.

        Raises `Lost`. A job that was cancelled meanwhile stays as it is.
        """
        with transaction.atomic():
            # Of several who add, one counts positions.
            if not leases.hold(self.job.pk, self.watch.lease):
                raise Lost
            if not Job.objects.filter(pk=self.job.pk, state__in=OPEN).exists():
                return 0
            items = Item.objects.filter(job=self.job)
            places = items.values_list("region", "service_id", "client_id")
            there = set(places)
            last = items.aggregate(last=Max("position"))["last"] or 0
            new = [
                one
                for one in found
                if (one.region, one.service_id, one.client_id) not in there
            ]
            made = [one.at(self.job, at) for at, one in enumerate(new, last + 1)]
            Item.objects.bulk_create(made, batch_size=500)
        return len(made)

    def known(self, item: Item) -> None:
        """What became of the call of this item is known and kept, within the caller's
        transaction: should this worker be killed now, the item may be begun again."""
        Item.objects.filter(pk=item.pk, lease=item.lease).update(entry="")

"""What a job handler is given: access to Authlete in the starter's name."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Max

from tenants.audit.recorder import AuditLogSink
from tenants.authlete import AuthleteClient
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.jobs import leases
from tenants.jobs.models import OPEN_JOB_STATES, Item, Job, LeaseLostError, NewItem
from tenants.organizations.api_clients import CredentialsByRegion, connect


class LeasedAuditSink:
    """An `AuditSink` that checks the job's lease before each call."""

    is_thread_safe = False  # the lease is renewed in the database

    def __init__(self, log: AuditLogSink, item: Item, lease: UUID) -> None:
        self._log = log
        self._item = item
        self.lease = lease
        self.sent: set[str] = set()  # entries of calls that may have changed something

    def record_intents(self, calls: Sequence[CallIntent]) -> list[str]:
        self.renew_lease()
        entries = self._log.record_intents(calls)
        changing = [
            entry
            for entry, call in zip(entries, calls, strict=True)
            if call.operation.effect is not Effect.READ
        ]
        if changing:
            self._item.entry = changing[-1]
            self.sent.update(changing)
        return entries

    def record_outcomes(self, outcomes: Sequence[CallOutcome], *, wait: bool = True) -> None:
        # Nobody looks at the outcome of a read before the slice ends, which waits.
        wait = wait and any(outcome.entry_id in self.sent for outcome in outcomes)
        self.sent.difference_update(
            outcome.entry_id
            for outcome in outcomes
            if outcome.outcome in (Outcome.REJECTED, Outcome.NOT_SENT)
        )
        self._log.record_outcomes(outcomes, wait=wait)

    def flush(self) -> None:
        self._log.flush()

    def renew_lease(self) -> None:
        """Renew the lease during long work; raise `LeaseLostError`."""
        if not leases.renew(self._item.job_id, self.lease):
            raise LeaseLostError


@dataclass(frozen=True)
class JobContext:
    """One item of a job, handled by one worker."""

    job: Job
    audit_sink: LeasedAuditSink
    credentials: CredentialsByRegion  # the organization's credentials
    load_service_ids: Callable[[str], set[int]]  # the organization's services in a region

    def connect(self, region: str) -> AuthleteClient:
        """Return a client that records calls with the job's reason and ticket.

        It asks only for services of the organization. Raises `UnauthorizedError` without a
        usable credential.
        """
        return connect(
            self.credentials,
            region,
            self.audit_sink,
            holder=self.job.actor,
            service_ids=self.load_service_ids(region),
        )

    @contextmanager
    def keep_alive(self) -> Iterator[None]:
        """Renew the lease during long work without calls.

        Raises `LeaseLostError` at the end if the lease was lost.
        """
        ended = threading.Event()
        pace = leases.lease_duration().total_seconds() / 3

        def beat() -> None:
            try:
                while not ended.wait(pace):
                    with suppress(LeaseLostError, DatabaseError):
                        self.audit_sink.renew_lease()
            finally:
                connection.close()

        thread = threading.Thread(target=beat, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        self.audit_sink.renew_lease()

    def add_items(self, new_items: Iterable[NewItem]) -> int:
        """Add items that the job doesn't have yet; return their number.

        Raises `LeaseLostError`. A cancelled job stays unchanged.
        """
        with transaction.atomic():
            # Of several who add, one counts positions.
            if not leases.lock(self.job.pk, self.audit_sink.lease):
                raise LeaseLostError
            if not Job.objects.filter(pk=self.job.pk, state__in=OPEN_JOB_STATES).exists():
                return 0
            items = Item.objects.filter(job=self.job)
            refs = items.values_list("region", "service_id", "client_id")
            existing = set(refs)
            last = items.aggregate(last=Max("position"))["last"] or 0
            new = [
                new_item
                for new_item in new_items
                if (new_item.region, new_item.service_id, new_item.client_id) not in existing
            ]
            items_to_add = [
                item.build(self.job, position) for position, item in enumerate(new, last + 1)
            ]
            Item.objects.bulk_create(items_to_add, batch_size=500)
        return len(items_to_add)

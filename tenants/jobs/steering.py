"""What people do with jobs: start, pause, resume, cancel, retry.

All of it is kept in the record. Whether somebody may is asked by the pages, with
`may_steer`; the rights of who started a job are asked again at every slice of it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now

from tenants import vault
from tenants.audit import events
from tenants.audit.events import Event
from tenants.audit.models import AuditEntry
from tenants.audit.notes import doing
from tenants.audit.who import Who
from tenants.jobs.endings import skip, tell_ended, told
from tenants.jobs.kinds import HANDLERS
from tenants.jobs.models import ACTIVE, FAILED, OPEN, Fate, Item, Job, State, fit
from tenants.jobs.queue import enqueue
from tenants.locks import Leases
from tenants.models import Organization
from tenants.roles import Role

SOON = 30.0  # seconds that starting a job may take


class Settled(Exception):
    """The job is in no state for this any more, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """One thing to be done; ``what`` is kept under the vault's key if ``sealed``,
    and until it is done."""

    region: str
    service_id: int = 0
    client_id: int = 0
    label: str = ""
    what: Mapping[str, Any] = field(default_factory=dict)
    sealed: bool = False

    def at(self, job: Job, position: int) -> Item:
        item = Item(
            job=job,
            position=position,
            region=self.region,
            service_id=self.service_id,
            client_id=self.client_id,
            label=fit(self.label, 200),
            sealed=self.sealed,
        )
        inputs = json.dumps(dict(self.what))
        item.inputs = vault.seal(inputs, item.place) if self.sealed else inputs
        return item


def start(
    who: Who,
    organization: Organization,
    kind: str,
    title: str,
    items: Iterable[NewItem],
    *,
    reason: str,
    ticket: str = "",
    run_at: datetime | None = None,
) -> Job:
    """Have a worker do this, at once or at a time to come.

    Not to be called within a transaction: the record is written first.
    """
    if kind not in HANDLERS:
        raise ValueError(f"no handler for jobs of the kind {kind}")
    job = Job(
        organization=organization,
        kind=kind,
        title=fit(title, 200),
        starter_id=who.actor_id or None,
        actor=who.actor,
        reason=fit(reason, 400),
        ticket=fit(ticket, 60),
        page=who.page,
        address=who.address,
        run_at=run_at,
    )
    with (
        doing(who, events.JOB_START, only_reads=HANDLERS[kind].only_reads, **told(job)),
        transaction.atomic(),
    ):
        if run_at:
            job.due_at = run_at
        job.save(force_insert=True)
        new = (item.at(job, position) for position, item in enumerate(items, 1))
        Item.objects.bulk_create(new, batch_size=500)
        job.refresh_from_db()
        enqueue(job)
    return job


@contextmanager
def one_at_a_time(
    who: Who, organization: Organization, kind: str
) -> Iterator[QuerySet[Job]]:
    """The jobs of a kind that are not over; meanwhile nobody else comes this far."""
    with Leases(organization.pk, who.actor).hold(kind, SOON):
        yield Job.objects.filter(organization=organization, kind=kind, state__in=OPEN)


def pause(job: Job, who: Who) -> None:
    """The item that is running is finished; raises `Settled`."""
    with _steered(job, who, events.JOB_PAUSE):
        _set(job, ACTIVE, state=State.PAUSED, trouble="")


def resume(job: Job, who: Who) -> None:
    """Go on with a paused job, or try again at once what waits for a region.

    A job that was to begin later still is. Raises `Settled`.
    """
    with _steered(job, who, events.JOB_RESUME):
        _set(job, (State.PAUSED, State.WAITING), state=State.WAITING, trouble="")
        Item.objects.filter(job=job, state=Fate.PENDING).update(again_at=None)
        _due(job)


def cancel(job: Job, who: Who) -> None:
    """The item that is running is finished, all others are skipped."""
    with _steered(job, who, events.JOB_CANCEL):
        _set(job, OPEN, state=State.CANCELLED, ended_at=Now(), trouble="")
        skip(job)
    tell_ended(job)


def withdraw(job: UUID | None, who: Who) -> None:
    """Cancel what has not ended, so that nothing waits for what was gone on with."""
    waiting = Job.objects.filter(pk=job, state__in=OPEN).first() if job else None
    if waiting:
        with suppress(Settled):
            cancel(waiting, who)


def hurry(job: Job) -> None:
    """Look at once at what waits for its turn; nobody decides anything by that, so it
    is not in the record."""
    waiting = Job.objects.filter(pk=job.pk, state=State.WAITING, run_at=None)
    if waiting.exists():
        Item.objects.filter(job=job, state=Fate.PENDING).update(again_at=None)
        _due(job)


def retry_failed(job: Job, who: Who) -> int:
    """Try again what failed in a job that has ended, and return how many those are.

    What is unknown is tried again only where that can do no harm. Raises `Settled`.
    """
    with _steered(job, who, events.JOB_RETRY):
        over = (State.DONE, State.CANCELLED, State.REFUSED)
        _set(job, over, state=State.WAITING, ended_at=None, trouble="", failures=0)
        again = failed(job).update(
            state=Fate.PENDING, tries=0, again_at=None, ended_at=None, text="", code=""
        )
        if not again:
            raise Settled
        _due(job)
    return again


def failed(job: Job) -> QuerySet[Item]:
    """The items that can be tried again; not what was unknown, and was done as
    somebody has found out since."""
    known = HANDLERS.get(job.kind)
    fates = FAILED if known and known.repeatable else (Fate.REFUSED, Fate.NOT_SENT)
    entries = AuditEntry.objects.filter(organization_id=job.organization_id)
    settled = entries.filter(
        operation=events.AUDIT_SETTLE.name, object=OuterRef("entry"), object__gt=""
    )
    done = entries.filter(Exists(settled), entry=OuterRef("entry"), outcome="done")
    items = Item.objects.filter(job=job, state__in=fates)
    return items.exclude(Exists(done), state=Fate.UNKNOWN)


def may_steer(job: Job, actor_id: int, role: Role) -> bool:
    """The starter, and admins whose role may do what the job does."""
    known = HANDLERS.get(job.kind)
    if known is None or not role.may(known.effect):
        return False
    return job.starter_id == actor_id or role is Role.ADMIN


@contextmanager
def _steered(job: Job, who: Who, event: Event) -> Iterator[None]:
    with (
        doing(who, event, **told(job)),
        transaction.atomic(),
    ):
        yield


def _set(job: Job, states: Sequence[State], **values: Any) -> None:
    if not Job.objects.filter(pk=job.pk, state__in=states).update(**values):
        raise Settled


def _due(job: Job) -> None:
    """Let it be looked at now, or when it was asked to begin."""
    begins = Greatest(Coalesce("run_at", Now()), Now())
    Job.objects.filter(pk=job.pk).update(due_at=begins)
    job.refresh_from_db()
    enqueue(job)

"""Run one slice of a job: some items within some seconds."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.models import Min
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError
from tenants.concurrency.write_queue import serialize_writes
from tenants.jobs import failure_policy, leases
from tenants.jobs.completion import (
    end_job,
    has_ended,
    has_unfinished_items,
    load_starter,
    pause_with_problem,
    run_ended_hook,
    skip_pending_items,
)
from tenants.jobs.context import JobContext, LeasedAuditSink
from tenants.jobs.failure_policy import NextStep
from tenants.jobs.item_log import find_change, log_object, start_hints, was_recovered
from tenants.jobs.items import (
    ITEM_CHANGED,
    JOB_CHANGED,
    PERMISSION_LOST,
    ItemFeed,
    finish_item,
    reject_item,
    requeue_item,
    stopped_at,
)
from tenants.jobs.models import (
    Item,
    ItemState,
    Job,
    JobState,
    LeaseLostError,
    RetryLaterError,
    truncate,
)
from tenants.jobs.registry import JOB_HANDLERS, JobHandler
from tenants.organizations.api_clients import CredentialsByRegion, load_credentials

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ItemAttempt:
    """The next step, and a problem of the whole region."""

    next_step: NextStep = NextStep.CONTINUE
    problem: str = ""


def run_item(work: JobContext, item: Item, handler: JobHandler) -> ItemAttempt:
    """Run one item and store its result."""
    failures = work.job.failures
    try:
        result = handler.run(work, item)
    except AuthleteError as error:
        return _handle_failure(work, item, handler, error, failures)
    except RetryLaterError as later:
        requeue_item(item, retry_at=Now() + timedelta(seconds=later.seconds))
        return ItemAttempt()
    except (LeaseLostError, DatabaseError):
        raise
    except Exception:
        log.exception("job %s failed at item %s", item.job_id, item.position)
        state = ItemState.UNKNOWN if work.audit_sink.sent else ItemState.NOT_SENT
        text = _("Internal error. See Meridian's log.")
        finish_item(item, state, text=text, entry=item.entry)
        return ItemAttempt(NextStep.STOP)
    state = ItemState.SUCCEEDED if result.changed else ItemState.UNCHANGED
    values = {"inputs": ""} if item.sealed else {}
    finish_item(item, state, text=result.text, entry=item.entry, **values)
    if work.job.failures:
        Job.objects.filter(pk=work.job.pk).update(failures=0)
        work.job.failures = 0
    return ItemAttempt()


def _handle_failure(
    work: JobContext, item: Item, handler: JobHandler, error: AuthleteError, failures: int
) -> ItemAttempt:
    decision = failure_policy.decide(
        error,
        may_have_changed=bool(work.audit_sink.sent),
        repeatable=handler.repeatable,
        tries=item.tries,
    )
    values: dict[str, Any] = {
        "text": truncate(f"{_(error.title)}: {error.message}", 400),
        "code": truncate(error.code, 20),
        "entry": error.request_id or item.entry,
    }
    if decision.state is not ItemState.PENDING:
        finish_item(item, decision.state, **values)
        return ItemAttempt(decision.next_step)
    problem = truncate(f"{item.region.upper()}: {_(error.title)}", 400)
    values["tries"] = item.tries + decision.counts_as_try
    if decision.next_step is NextStep.STOP:
        requeue_item(item, **values)
        return ItemAttempt(decision.next_step, problem)
    retry_at = Now() + timedelta(seconds=failure_policy.retry_delay(error, failures))
    requeue_item(item, retry_at=retry_at, **values)
    if decision.next_step is NextStep.WAIT:
        region = Item.objects.filter(job=work.job, region=item.region)
        region.filter(state=ItemState.PENDING).update(retry_at=retry_at)
    # Those that failed at the same time count as one failure.
    work.job.failures = failures + 1
    Job.objects.filter(pk=work.job.pk).update(failures=failures + 1, error=problem)
    return ItemAttempt(decision.next_step, problem)


def run_slice(pk: UUID) -> UUID | None:
    """Work on a job for a few seconds, if it is due and unleased; return the lease."""
    lease = leases.acquire(pk)
    if lease is None:
        return None
    job = Job.objects.select_related("organization").get(pk=pk)
    try:
        _run_job(job, lease)
    except LeaseLostError:
        log.warning("lost the lease of job %s, or an item was skipped", pk)
    if Job.objects.filter(pk=pk, state=JobState.CANCELLED).exists():
        skip_pending_items(job)  # items requeued during the cancellation
        run_ended_hook(job)
    return lease


def _run_job(job: Job, lease: UUID) -> None:
    handler = JOB_HANDLERS.get(job.kind)
    if handler is None:
        pause_with_problem(
            job, lease, _("This version of Meridian doesn't support this kind of job.")
        )
        return
    actor = load_starter(job, handler.permission)
    if actor is None:
        end_job(job, lease, JobState.NOT_ALLOWED, _(PERMISSION_LOST))
    elif not job.is_authentic or has_ended(job):
        end_job(job, lease, JobState.NOT_ALLOWED, _(JOB_CHANGED), events.JOB_REJECT)
    elif _recover_items(job, lease, handler):
        _run_items(job, lease, handler, actor, load_credentials(job.organization))


def _run_items(
    job: Job, lease: UUID, handler: JobHandler, actor: Actor, credentials: CredentialsByRegion
) -> None:
    turns = ItemFeed(job, lease, handler)
    log = AuditLogSink(
        actor, job.reason, job.ticket, reason_names_subject=handler.reason_names_subject
    )

    load_service_ids = cache(partial(import_string(settings.SERVICE_INDEX), job.organization))

    def work() -> None:
        while item := turns.take_item():
            item_log = replace(log, object=log_object(item), hints=start_hints(item))
            pulse = LeasedAuditSink(item_log, item, lease)
            attempt = run_item(JobContext(job, pulse, credentials, load_service_ids), item, handler)
            if attempt.next_step is NextStep.STOP:
                turns.stop(attempt.problem or stopped_at(item))

    try:
        _run_threads(handler.concurrency, work)
    finally:
        log.flush()
    if turns.rejection:
        end_job(job, lease, JobState.NOT_ALLOWED, _(turns.rejection), turns.event)
    elif turns.problem and has_unfinished_items(job):
        pause_with_problem(job, lease, turns.problem)
    elif turns.problem or turns.is_empty:
        _wait_or_end(job, lease)


def _run_threads(count: int, work: Callable[[], None]) -> None:
    """Work in ``count`` threads until all end.

    Runs inline within a transaction (tests), which other threads couldn't see.
    """
    if count == 1 or connection.in_atomic_block:
        work()
        return
    with ThreadPoolExecutor(count, "job") as threads:
        futures = [threads.submit(_run_in_thread, work) for _ in range(count)]
    for future in futures:
        future.result()


def _run_in_thread(work: Callable[[], None]) -> None:
    try:
        with connection.execute_wrapper(serialize_writes):
            work()
    finally:
        connections.close_all()


def _recover_items(job: Job, lease: UUID, handler: JobHandler) -> bool:
    """Requeue items of a killed worker if they can be repeated.

    Return False if the job was paused because one can't, or ended because one was changed.
    """
    call = None
    is_changed = False
    for item in Item.objects.filter(job=job, state=ItemState.RUNNING).exclude(lease=lease):
        if not item.is_authentic or was_recovered(job, item):
            reject_item(item)
            is_changed = True
        elif handler.repeatable or not (entry := find_change(job, item)):
            requeue_item(item)
        else:
            text = _("The worker stopped while processing this item.")
            finish_item(item, ItemState.UNKNOWN, text=text, entry=entry)
            call = call or item
    if is_changed:
        end_job(job, lease, JobState.NOT_ALLOWED, _(ITEM_CHANGED), events.JOB_REJECT)
        return False
    if call and has_unfinished_items(job):
        pause_with_problem(job, lease, stopped_at(call))
        return False
    return True


def _wait_or_end(job: Job, lease: UUID) -> None:
    """End the job, or wait for items to retry."""
    pending = Item.objects.filter(job=job, state=ItemState.PENDING)
    retry_at = pending.aggregate(at=Min("retry_at"))["at"]
    if retry_at is None and not pending.exists():
        end_job(job, lease, JobState.COMPLETED)
    else:
        jobs = Job.objects.filter(pk=job.pk, lease=lease, state=JobState.RUNNING)
        jobs.update(state=JobState.WAITING, due_at=retry_at or job.due_at)

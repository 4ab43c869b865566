"""Run one item and store its result.

A running item belongs to the lease under which it was started; only that lease stores a result.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.authlete.errors import AuthleteError
from tenants.jobs import failure_policy
from tenants.jobs.context import JobContext
from tenants.jobs.failure_policy import NextStep
from tenants.jobs.models import Item, ItemState, Job, LeaseLostError, RetryLaterError, truncate
from tenants.jobs.registry import JobHandler

log = logging.getLogger(__name__)


def start_next_item(job: Job, lease: UUID) -> Item | None:
    """Start the next due item, untried ones first; None if there is none."""
    ready = Q(again_at=None) | Q(again_at__lte=Now())
    pending = Item.objects.filter(ready, job=job, state=ItemState.PENDING)
    item = pending.order_by("tries", "position").first()
    if item is None:
        return None
    mine = Item.objects.filter(pk=item.pk, state=ItemState.PENDING)
    before = {"entry": "", "text": "", "code": "", "again_at": None}
    if not mine.update(**before, state=ItemState.RUNNING, lease=lease, begun=F("begun") + 1):
        raise LeaseLostError  # it was skipped meanwhile
    item.refresh_from_db()
    return item


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
        requeue_item(item, again_at=Now() + timedelta(seconds=later.seconds))
        return ItemAttempt()
    except (LeaseLostError, DatabaseError):
        raise
    except Exception:
        log.exception("job %s failed at item %s", item.job_id, item.position)
        state = ItemState.UNKNOWN if work.audit_sink.sent else ItemState.NOT_SENT
        text = _("Internal error. See Meridian's log.")
        finish_item(item, state, text=text, **_entry_values(item, handler))
        return ItemAttempt(NextStep.STOP)
    state = ItemState.SUCCEEDED if result.changed else ItemState.UNCHANGED
    values = _entry_values(item, handler) | ({"inputs": ""} if item.sealed else {})
    finish_item(item, state, text=result.text, **values)
    if work.job.failures:
        Job.objects.filter(pk=work.job.pk).update(failures=0)
        work.job.failures = 0
    return ItemAttempt()


def _entry_values(item: Item, handler: JobHandler) -> dict[str, str]:
    """Return the entry to store; non-repeatable items have stored it before."""
    return {"entry": item.entry} if handler.repeatable else {}


def finish_item(item: Item, state: ItemState, *, text: str = "", **more: Any) -> None:
    """Store the result; raise `LeaseLostError` without the lease."""
    if not select_leased(item).update(
        state=state, text=truncate(text, 400), ended_at=Now(), **more
    ):
        raise LeaseLostError


def requeue_item(item: Item, **more: Any) -> None:
    """Make the item pending again."""
    if not select_leased(item).update(state=ItemState.PENDING, **more):
        raise LeaseLostError


def select_leased(item: Item) -> QuerySet[Item]:
    """Select the item if it still runs under this lease."""
    return Item.objects.filter(pk=item.pk, state=ItemState.RUNNING, lease=item.lease)


def _handle_failure(
    work: JobContext,
    item: Item,
    handler: JobHandler,
    error: AuthleteError,
    failures: int,
) -> ItemAttempt:
    found = failure_policy.decide(
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
    if found.state is not ItemState.PENDING:
        finish_item(item, found.state, **values)
        return ItemAttempt(found.next_step)
    trouble = truncate(f"{item.region.upper()}: {_(error.title)}", 400)
    values["tries"] = item.tries + found.counts_as_try
    if found.next_step is NextStep.STOP:
        requeue_item(item, **values)
        return ItemAttempt(found.next_step, trouble)
    again = Now() + timedelta(seconds=failure_policy.retry_delay(error, failures))
    requeue_item(item, again_at=again, **values)
    if found.next_step is NextStep.WAIT:
        region = Item.objects.filter(job=work.job, region=item.region)
        region.filter(state=ItemState.PENDING).update(again_at=again)
    # Those that failed at the same time count as one failure.
    work.job.failures = failures + 1
    Job.objects.filter(pk=work.job.pk).update(failures=failures + 1, trouble=trouble)
    return ItemAttempt(found.next_step, trouble)

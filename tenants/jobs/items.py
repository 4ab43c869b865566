"""Start the items of a job, and store their results."""

from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tenants.audit import events
from tenants.crypto import vault
from tenants.jobs import leases
from tenants.jobs.completion import load_starter
from tenants.jobs.item_log import find_change, was_started
from tenants.jobs.models import (
    Item,
    ItemState,
    Job,
    JobState,
    LeaseLostError,
    item_content,
    truncate,
)
from tenants.jobs.registry import JobHandler

PERMISSION_LOST = gettext_noop("The person who started this job no longer has permission.")
JOB_CHANGED = gettext_noop(
    "This job was changed outside of Meridian. It was stopped, and nothing more was sent."
)
ITEM_CHANGED = gettext_noop(
    "An item of this job was changed outside of Meridian. The item was not sent."
)
SLICE_SECONDS = 5.0  # no item starts later
MAX_ITEMS_PER_THREAD = 25  # of each thread


def start_next_item(job: Job, lease: UUID) -> Item | None:
    """Start the next due item, untried ones first; None if there is none."""
    ready = Q(retry_at=None) | Q(retry_at__lte=Now())
    pending = Item.objects.filter(ready, job=job, state=ItemState.PENDING)
    item = pending.order_by("tries", "position").first()
    if item is None:
        return None
    items = Item.objects.filter(pk=item.pk, state=ItemState.PENDING, starts=item.starts)
    is_authentic = item.is_authentic
    item.lease, item.starts = lease, item.starts + 1
    mac = vault.authenticate(item_content(item, ItemState.RUNNING)) if is_authentic else ""
    values = {"state": ItemState.RUNNING, "lease": lease, "starts": item.starts, "mac": mac}
    if not items.update(**values, entry="", text="", code="", retry_at=None):
        raise LeaseLostError  # it was skipped meanwhile
    item.refresh_from_db()
    return item


def finish_item(item: Item, state: ItemState, *, text: str = "", **more: Any) -> None:
    """Store the result; raise `LeaseLostError` without the lease."""
    values = {"state": state, "mac": item.authenticate(state), "text": truncate(text, 400)}
    if not select_leased(item).update(**values, **more, ended_at=Now()):
        raise LeaseLostError


def requeue_item(item: Item, **more: Any) -> None:
    """Make the item pending again."""
    mac = item.authenticate(ItemState.PENDING)
    if not select_leased(item).update(state=ItemState.PENDING, mac=mac, **more):
        raise LeaseLostError


def reject_item(item: Item) -> None:
    """End an item that was changed in the database; it can't be retried."""
    values = {"state": ItemState.REJECTED, "mac": "", "text": _(ITEM_CHANGED), "ended_at": Now()}
    if not select_leased(item).update(**values):
        raise LeaseLostError


def select_leased(item: Item) -> QuerySet[Item]:
    """Select the item if it still runs under this lease."""
    return Item.objects.filter(pk=item.pk, state=ItemState.RUNNING, lease=item.lease)


def stopped_at(item: Item) -> str:
    """Return why a job pauses at an item that isn't to be repeated."""
    return _("Stopped at “{item}”. Check this item first.").format(item=item.name)


class ItemFeed:
    """Hands out items to the threads of a slice."""

    def __init__(self, job: Job, lease: UUID, handler: JobHandler) -> None:
        self._job = job
        self._lease = lease
        self._permission = handler.permission
        self._is_repeatable = handler.repeatable
        self._left = MAX_ITEMS_PER_THREAD * handler.concurrency
        self._ends_at = monotonic() + SLICE_SECONDS
        self._lock = Lock()
        self.is_empty = False
        self.problem = ""
        self.rejection = ""  # why the job ends
        self.event = events.JOB_END

    def take_item(self) -> Item | None:
        """Start the next item; return None if the slice is over."""
        with self._lock:
            over = self.rejection or self.problem or not self._left or monotonic() > self._ends_at
            if over or not leases.renew(self._job.pk, self._lease, JobState.RUNNING):
                return None
            self._left -= 1
            if load_starter(self._job, self._permission) is None:
                self.rejection = PERMISSION_LOST
                return None
            item = start_next_item(self._job, self._lease)
            self.is_empty = item is None
            if item and (not item.is_authentic or was_started(self._job, item)):
                reject_item(item)
                self.rejection, self.event = ITEM_CHANGED, events.JOB_REJECT
                return None
            if item and not self._is_repeatable and (entry := find_change(self._job, item)):
                text = _("It may already have been sent.")
                finish_item(item, ItemState.UNKNOWN, text=text, entry=entry)
                self.problem = stopped_at(item)
                return None
            return item

    def stop(self, problem: str) -> None:
        with self._lock:
            self.problem = self.problem or problem

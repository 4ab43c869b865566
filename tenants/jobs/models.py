"""Jobs, their items, and workers.

The queue of `django.tasks` only says which job to process; progress is stored here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenants.authlete.json.reader import make_storable
from tenants.crypto import vault
from tenants.models import Organization


class LeaseLostError(Exception):
    """Another worker holds the job, so this one must send nothing more."""


class JobStateError(Exception):
    """The job's state doesn't allow the action; nothing was changed."""


class RetryLaterError(Exception):
    """The item isn't finished and nothing failed: start it again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class OrphanedTaskError(Exception):
    """The worker that ran this task is gone."""


class JobState(models.TextChoices):
    """The state of a job."""

    WAITING = "waiting", _("waiting")  # for a worker, its time, or a region
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    COMPLETED = "done", _("completed")  # every item was tried; not that each went well
    CANCELLED = "cancelled", _("cancelled")
    NOT_ALLOWED = "refused", _("no longer allowed")


class ItemState(models.TextChoices):
    """The state of an item."""

    PENDING = "pending", _("pending")
    RUNNING = "running", _("running")
    SUCCEEDED = "done", _("succeeded")
    UNCHANGED = "same", _("no change")
    REJECTED = "refused", _("rejected")
    NOT_SENT = "not sent", _("not sent")
    UNKNOWN = "unknown", _("unknown")
    SKIPPED = "skipped", _("skipped")


ACTIVE_JOB_STATES = (JobState.WAITING, JobState.RUNNING)
OPEN_JOB_STATES = (*ACTIVE_JOB_STATES, JobState.PAUSED)
FAILED_ITEM_STATES = (ItemState.REJECTED, ItemState.NOT_SENT, ItemState.UNKNOWN)
UNFINISHED_ITEM_STATES = (ItemState.PENDING, ItemState.RUNNING)


def truncate(text: str, max_chars: int) -> str:
    """Truncate to storable text."""
    return make_storable(text)[:max_chars]


class Job(models.Model):
    """A background job of a user, with items."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    starter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    actor = models.CharField(max_length=254)  # the starter, as in the audit log
    reason = models.CharField(max_length=400)
    ticket = models.CharField(max_length=60, default="")
    page = models.CharField(max_length=36, default="")  # that it was started on
    address = models.CharField(max_length=45, default="")  # the browser's

    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    run_at = models.DateTimeField(null=True)  # when it was asked to begin; null: at once
    due_at = models.DateTimeField(db_default=Now())  # no slice begins before
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Why it waits, was paused or was refused by itself.
    trouble = models.CharField(max_length=400, default="")
    failures = models.PositiveIntegerField(default=0)  # since an item went well

    # Who works on it: every write of a worker names its lease (`leases`).
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    task = models.CharField(max_length=36, default="")  # its newest row in the queue

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["organization", "-created_at"]),
            models.Index(fields=["state", "due_at"], name="jobs_due"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state not in OPEN_JOB_STATES


class Item(models.Model):
    """One unit of work of a job, and its result."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField(default=0)
    client_id = models.BigIntegerField(default=0)
    label = models.CharField(max_length=200, default="")
    inputs = models.TextField(default="")  # JSON, under the vault's key if ``sealed``
    sealed = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.PENDING)
    lease = models.UUIDField(null=True)  # the job's lease at the start
    begun = models.PositiveIntegerField(default=0)  # times
    tries = models.PositiveIntegerField(default=0)  # that failed without an answer
    again_at = models.DateTimeField(null=True)  # earliest retry
    # Audit entry of the last change or failed call.
    entry = models.CharField(max_length=36, default="")
    text = models.CharField(max_length=400, default="")
    code = models.CharField(max_length=20, default="")  # Authlete's
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["job", "state", "tries", "position"])]
        constraints = [models.UniqueConstraint("job", "position", name="one_item_a_position")]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"

    @property
    def name(self) -> str:
        """Return the label or number."""
        return self.label or str(self.client_id or self.service_id or self.position)

    @property
    def has_failed(self) -> bool:
        return self.state in FAILED_ITEM_STATES

    @property
    def seal_context(self) -> str:
        return f"jobs.item/inputs/{self.job_id}/{self.position}"

    @property
    def payload(self) -> dict[str, Any]:
        """Return the inputs; raise `UnsealError` if they can't be decrypted."""
        text = vault.unseal(self.inputs, self.seal_context) if self.sealed else self.inputs
        found: dict[str, Any] = json.loads(text or "{}")
        return found


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to create; a ``sealed`` payload is encrypted and erased when done."""

    region: str
    service_id: int = 0
    client_id: int = 0
    label: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    sealed: bool = False

    def build(self, job: Job, position: int) -> Item:
        item = Item(
            job=job,
            position=position,
            region=self.region,
            service_id=self.service_id,
            client_id=self.client_id,
            label=truncate(self.label, 200),
            sealed=self.sealed,
        )
        inputs = json.dumps(dict(self.payload))
        item.inputs = vault.seal(inputs, item.seal_context) if self.sealed else inputs
        return item


class Worker(models.Model):
    """A worker's heartbeat; stale rows are deleted."""

    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


@vault.register_rotation("inputs of jobs")
def rotate_item_inputs() -> Iterator[Item]:
    """Encrypt item inputs with the current key, row by row."""
    for item in vault.iterate_rows(Item.objects.filter(sealed=True).exclude(inputs="")):
        new = vault.reseal(item.inputs, item.seal_context)
        if new != item.inputs:
            same = Item.objects.filter(pk=item.pk, inputs=item.inputs)
            same.update(inputs=new)
            yield item

"""Jobs, their items, and workers.

The queue of `django.tasks` only says which job to process; progress is stored here.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenants.authlete.json.reader import make_storable
from tenants.crypto import vault
from tenants.crypto.sealed_columns import SEALED_COLUMNS, SealedColumns, register_columns
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
RUNNABLE_ITEM_STATES = (*UNFINISHED_ITEM_STATES, *FAILED_ITEM_STATES)  # now or by a retry


def truncate(text: str, max_chars: int) -> str:
    """Truncate to storable text."""
    return make_storable(text)[:max_chars]


def job_content(job: "Job", state: str) -> str:
    """Return what a job's MAC covers: whose rights it uses, and whether and when it may run."""
    fields = (str(job.pk), job.organization_id, job.kind, job.title, job.starter_id, job.actor)
    origin = (job.reason, job.ticket, job.page, job.address)
    run_at = job.run_at and job.run_at.astimezone(UTC).isoformat()
    active = JobState.RUNNING if state in ACTIVE_JOB_STATES else state
    return json.dumps(["jobs.job", *fields, *origin, run_at, active])


def item_content(item: "Item", state: str) -> str:
    """Return what an item's MAC covers; sealed inputs are authenticated by the vault."""
    target = (item.region, item.service_id, item.client_id, item.label)
    inputs = None if item.sealed else item.inputs
    start = (state, item.starts, str(item.lease) if state == ItemState.RUNNING else "")
    return json.dumps(["jobs.item", str(item.job_id), item.position, *target, inputs, *start])


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
    mac = models.CharField(max_length=80, default="")  # of `job_content`; "" if tampered with

    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    run_at = models.DateTimeField(null=True)  # when it was asked to begin; null: at once
    due_at = models.DateTimeField(db_default=Now())  # no slice begins before
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Why it waits, was paused or was refused by itself.
    error = models.CharField(max_length=400, default="")
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

    @property
    def is_authentic(self) -> bool:
        """Return whether Meridian wrote the state, the starter, and what is done in their name."""
        return vault.is_authentic(self.mac, job_content(self, self.state))

    def authenticate(self, state: JobState) -> str:
        """Return the MAC for another state; "" if the row was changed outside of Meridian."""
        return vault.authenticate(job_content(self, state)) if self.is_authentic else ""


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
    mac = models.CharField(max_length=80, default="")  # of `item_content`; "" as well if skipped

    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.PENDING)
    lease = models.UUIDField(null=True)  # the job's lease at the start
    starts = models.PositiveIntegerField(default=0)  # times
    tries = models.PositiveIntegerField(default=0)  # that failed without an answer
    retry_at = models.DateTimeField(null=True)  # earliest retry
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
    def is_authentic(self) -> bool:
        """Return whether Meridian wrote the inputs and the state of this item."""
        return vault.is_authentic(self.mac, item_content(self, self.state))

    def authenticate(self, state: ItemState) -> str:
        """Return the MAC for another state; "" if the row was changed outside of Meridian."""
        return vault.authenticate(item_content(self, state)) if self.is_authentic else ""

    @property
    def payload(self) -> dict[str, Any]:
        """Return the inputs; raise `UnsealError` if they can't be decrypted."""
        text = vault.unseal(self.inputs, self.seal_context) if self.sealed else self.inputs
        payload: dict[str, Any] = json.loads(text or "{}")
        return payload


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
        item.mac = vault.authenticate(item_content(item, item.state))
        return item


class Worker(models.Model):
    """A worker's heartbeat; stale rows are deleted."""

    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


register_columns(
    "inputs of jobs",
    lambda: Item.objects.filter(sealed=True),
    lambda item, _: item.seal_context,
    "inputs",
    is_expendable=True,
)


def rotate_macs() -> Iterator[models.Model]:
    """Authenticate jobs, and items that can run, with the current key; skip changed rows."""
    yield from _rotate_macs(Job.objects.exclude(mac=""), job_content)
    yield from _rotate_macs(Item.objects.filter(state__in=RUNNABLE_ITEM_STATES), item_content)


def _rotate_macs[Row: Job | Item](
    rows: models.QuerySet[Row], content: Callable[[Row, str], str]
) -> Iterator[Row]:
    for row in vault.iterate_rows(rows):
        new = vault.reseal(row.mac, content(row, row.state)) if row.is_authentic else row.mac
        same = rows.filter(pk=row.pk, mac=row.mac)
        if new != row.mac and same.update(mac=new):
            yield row


SEALED_COLUMNS["authentication codes of jobs"] = SealedColumns(
    lambda: Item.objects.filter(state__in=RUNNABLE_ITEM_STATES),
    ("mac",),
    rotate_macs,
    is_expendable=True,
)

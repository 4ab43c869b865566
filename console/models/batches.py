"""Token batches, stored here because Authlete doesn't list them.

Uploaded files are sealed, in chunks, and deleted once they are not needed
(`docs/explanation/decisions/batches.md`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.transitions import update_if
from tenants.crypto import vault
from tenants.crypto.sealed_columns import register_columns
from tenants.models import Organization


class Batch(models.Model):
    """A file of tokens for one service, and its state."""

    class State(models.TextChoices):
        CHECKING = "checking", _("checking")
        FAULTY = "faulty", _("issues found")
        CHECKED = "checked", _("checked")
        TRYING = "trying", _("dry run in progress")
        TRIED = "tried", _("dry run passed")
        UNFIT = "unfit", _("dry run failed")
        SUBMITTING = "submitting", _("submitting")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        PARTLY = "partly", _("partially failed")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")
        ABANDONED = "abandoned", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    service_name = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    changed_at = models.DateTimeField(default=timezone.now)  # the state
    starter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    actor = models.CharField(max_length=254)  # the starter, as in the audit log
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    is_adopted = models.BooleanField(default=False)  # created elsewhere; tracked by its ID
    file_name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=5, blank=True)
    size = models.BigIntegerField(default=0)  # bytes
    fingerprint = models.CharField(max_length=32, blank=True)  # of the file
    tokens = models.PositiveIntegerField(default=0)  # number of lines with a token
    clients_known = models.BooleanField(default=True)  # whether clients were checked
    fault_count = models.PositiveIntegerField(default=0)
    faults_json = models.TextField(default="[]")  # the first faults, as JSON
    error = models.CharField(max_length=400, blank=True)  # why it stopped

    reason = models.CharField(max_length=400, blank=True)
    ticket = models.CharField(max_length=60, blank=True)
    tried_at = models.DateTimeField(null=True)  # when the dry run passed
    submitted_at = models.DateTimeField(null=True)
    counts = models.TextField(default="{}")  # tokens of each client before the run
    job = models.UUIDField(null=True)  # checks, tries or submits it
    poll_job = models.UUIDField(null=True)  # the job that polls its status

    notified_at = models.DateTimeField(null=True)  # of the last notification
    mail_at = models.DateTimeField(null=True)  # when an email is due
    mail_tries = models.PositiveIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    MOVING = (State.CHECKING, State.TRYING, State.SUBMITTING, State.RUNNING)
    BADGES = {  # kinds of the state's badge
        State.CHECKING: "info",
        State.FAULTY: "bad",
        State.TRYING: "info",
        State.TRIED: "ok",
        State.UNFIT: "bad",
        State.SUBMITTING: "info",
        State.RUNNING: "info",
        State.SUCCEEDED: "ok",
        State.PARTLY: "warn",
        State.FAILED: "bad",
        State.UNKNOWN: "warn",
    }
    AT_REST = (State.FAULTY, State.CHECKED, State.TRIED, State.UNFIT)  # not sent yet
    SENT = (State.SUBMITTING, State.RUNNING)
    ENDED = (State.SUCCEEDED, State.PARTLY, State.FAILED, State.UNKNOWN)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"

    @property
    def name(self) -> str:
        return self.file_name or str(_("external batch"))

    @property
    def state_badge(self) -> str:
        """The kind of the state's badge."""
        return self.BADGES.get(self.State(self.state), "")

    @property
    def faults(self) -> list[list[Any]]:
        faults: list[list[Any]] = json.loads(self.faults_json)
        return faults

    @property
    def token_counts_before(self) -> dict[int, int]:
        """Authlete's token counts by client before the run."""
        return {int(client_id): number for client_id, number in json.loads(self.counts).items()}

    def transition(self, to: State, *states: State, **more: Any) -> bool:
        """Change the state; return False, and change nothing, if it is in none of ``states``."""
        expected = {"state__in": states or [self.state]}
        return update_if(self, expected, **{"state": to, "changed_at": timezone.now(), **more})


class UploadPart(models.Model):
    """A part of an uploaded file that isn't checked yet."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="upload_parts")
    position = models.PositiveIntegerField()
    sealed = models.TextField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"

    @property
    def vault_context(self) -> str:
        return f"console.piece/sealed/{self.batch_id}/{self.position}"


class Chunk(models.Model):
    """The tokens of one request: lines of a valid file."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    first_line = models.PositiveIntegerField()
    last_line = models.PositiveIntegerField()
    tokens = models.PositiveIntegerField()
    clients = models.TextField(default="{}")  # token counts by client, as JSON
    sealed = models.TextField(blank=True)  # empty after use

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint("batch", "position", name="one_chunk_a_position")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"

    @property
    def vault_context(self) -> str:
        return f"console.chunk/sealed/{self.batch_id}/{self.position}"

    @property
    def tokens_by_client(self) -> Mapping[int, int]:
        return {int(client_id): number for client_id, number in json.loads(self.clients).items()}

    def seal_entries(self, entries: Sequence[Mapping[str, Any]]) -> Self:
        self.sealed = vault.seal(json.dumps(list(entries)), self.vault_context)
        return self

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The tokens; raises `vault.UnsealError` if they can't be decrypted."""
        entries: list[dict[str, Any]] = json.loads(vault.unseal(self.sealed, self.vault_context))
        return entries


class BatchRequest(models.Model):
    """A request to Authlete for one chunk, or one of an external batch."""

    class State(models.TextChoices):
        WAITING = "waiting", _("pending")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        REFUSED = "refused", _("rejected")
        UNKNOWN = "unknown", _("unknown")
        SETTLED = "settled", _("resolved manually")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="requests")
    position = models.PositiveIntegerField()
    is_dry = models.BooleanField(default=False)
    tokens = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    request_id = models.CharField(max_length=100, blank=True)
    entry = models.CharField(max_length=36, blank=True)  # of the audit log
    sent_at = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    polls = models.PositiveIntegerField(default=0)
    misses = models.PositiveIntegerField(default=0)  # polls that found no such batch
    next_poll_at = models.DateTimeField(null=True)  # time of the next poll
    count = models.PositiveIntegerField(default=0)  # tokens, by Authlete's count
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True)

    DONE = (State.SUCCEEDED, State.SETTLED)
    OPEN = (State.WAITING, State.RUNNING)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint("batch", "position", "is_dry", name="one_request_of_a_chunk")
        ]
        indexes = [models.Index(fields=["batch", "is_dry", "state"])]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}: {self.state}"


register_columns(
    "parts of uploads",
    UploadPart.objects.all,
    lambda row, _: row.vault_context,
    "sealed",
    is_expendable=True,
)
register_columns(
    "parts of batches",
    Chunk.objects.all,
    lambda row, _: row.vault_context,
    "sealed",
    is_expendable=True,
)

"""Webhooks that receive audit log entries, and their deliveries."""

from base64 import b64encode
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Self
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import AuditEntry
from tenants.crypto import vault
from tenants.crypto.sealed_columns import register_columns
from tenants.models import Organization

SECRET_PREFIX = "whsec_"  # Standard Webhooks  # noqa: S105
SECRET_OVERLAP = timedelta(hours=24)  # both the new and the old secret sign
LATE_AFTER = timedelta(minutes=15)  # longest wait of a row without a warning


class Webhook(models.Model):
    """A receiver of audit log entries, and its position in the log."""

    class Pause(models.TextChoices):
        NONE = "", _("active")
        HAND = "hand", _("paused")
        FAILED = "failed", _("stopped after repeated failures")
        GONE = "gone", _("stopped: 410 Gone")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    # Encrypted: chat services put a secret in the URL.
    url_sealed = models.TextField()
    origin = models.CharField(max_length=300)  # shown on pages
    effects = models.CharField(max_length=60, blank=True)  # separated by spaces; all if empty
    groups = models.CharField(max_length=200, blank=True)  # of `EVENT_GROUPS`, like effects
    subjects = models.BooleanField(default=False)  # include subjects as plain text
    secret_sealed = models.TextField()
    old_sealed = models.TextField(blank=True)  # also signs, until `old_until`
    old_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=254)

    position = models.BigIntegerField()  # the last delivered or skipped row
    pause = models.CharField(max_length=6, choices=Pause, default=Pause.NONE)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.CharField(max_length=254, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)  # consecutive failures
    failing_since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)  # of the last successful delivery
    locked_until = models.DateTimeField(null=True)  # lock of the sending worker

    class Meta:
        ordering = ["name", "created_at"]

    def __str__(self) -> str:
        return f"{self.name} of {self.organization}"

    @property
    def is_on(self) -> bool:
        return self.pause == self.Pause.NONE

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped automatically."""
        return self.pause in (self.Pause.FAILED, self.Pause.GONE)

    @property
    def url(self) -> str:
        """The decrypted URL; raises `vault.UnsealError` if sealed for another row."""
        return vault.unseal(self.url_sealed, self._vault_context("url"))

    @property
    def secret(self) -> str:
        """The decrypted secret; raises `vault.UnsealError` like `url`."""
        return vault.unseal(self.secret_sealed, self._vault_context("secret"))

    @property
    def waiting_since(self) -> datetime | None:
        """The time of the organization's oldest entry after `position`."""
        entries = AuditEntry.objects.filter(
            organization_id=self.organization_id, seq__gt=self.position
        )
        entry = entries.order_by("seq").first()
        return entry.time if entry else None

    @property
    def is_late(self) -> bool:
        """Whether it was stopped, or its oldest row waits longer than `LATE_AFTER`."""
        if self.is_stopped or not self.is_on:
            return self.is_stopped
        since = self.waiting_since
        return since is not None and timezone.now() - since > LATE_AFTER

    def signing_secrets(self, now: datetime) -> list[str]:
        """Return the valid signing secrets, newest first."""
        secrets = [self.secret]
        if self.old_until and now < self.old_until:
            secrets.append(vault.unseal(self.old_sealed, self._vault_context("old")))
        return secrets

    def set_url(self, url: str, origin: str) -> Self:
        self.url_sealed, self.origin = (vault.seal(url, self._vault_context("url")), origin)
        return self

    def set_secret(self, secret: str) -> Self:
        """Sign with a new secret, and during `SECRET_OVERLAP` with a readable old one as well."""
        if self.secret_sealed:
            self.old_sealed, self.old_until = "", None
            with suppress(vault.UnsealError):
                self.old_sealed = vault.seal(self.secret, self._vault_context("old"))
                self.old_until = timezone.now() + SECRET_OVERLAP
        self.secret_sealed = vault.seal(secret, self._vault_context("secret"))
        return self

    def _vault_context(self, column: str) -> str:
        return vault.seal_context(self, column, self.organization_id)


class Delivery(models.Model):
    """A batch of rows, or of notifications, sent to a webhook under one ID.

    Its rows are stored before sending, so that a retry sends the same rows and ID.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        DONE = "done", _("delivered")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("replaced by a replay")  # or its filters changed

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE)
    is_test = models.BooleanField(default=False)
    notifications = models.TextField(blank=True)  # sent instead of rows: JSON, without brackets
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    after = models.BigIntegerField(default=0)  # starts after this row
    first = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    until = models.BigIntegerField(default=0)  # the next one starts after this row
    rows = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    took = models.FloatField(null=True)  # seconds, of the last attempt
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True)  # start of the response body
    error = models.CharField(max_length=300, blank=True)  # without a response

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-created_at", "-last"]
        indexes = [models.Index(fields=["webhook", "-created_at"], name="deliveries_log")]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook"],
                condition=models.Q(state="pending", is_test=False, notifications=""),
                name="one_delivery_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"rows {self.first} to {self.last}: {self.state}"

    @property
    def kind(self) -> str:
        """Whether it has rows, notifications, or is a test."""
        if self.is_test:
            return "test"
        return "notifications" if self.notifications else "rows"

    @property
    def milliseconds(self) -> float | None:
        """The duration of the last attempt."""
        return None if self.took is None else self.took * 1000

    @property
    def message(self) -> str:
        """The message ID in the request."""
        return f"msg_{self.pk.hex}"


def late_webhooks(organization: Organization | None = None) -> list[Webhook]:
    """Return the late webhooks, of one organization or of all."""
    webhooks = Webhook.objects.all()
    if organization:
        webhooks = webhooks.filter(organization=organization)
    return [webhook for webhook in webhooks if webhook.is_late]


def generate_secret() -> str:
    """Return a new random signing secret."""
    return SECRET_PREFIX + b64encode(token_bytes(32)).decode()


register_columns(
    "webhooks",
    Webhook.objects.all,
    lambda row, column: row._vault_context(column.removesuffix("_sealed")),
    "url_sealed",
    "secret_sealed",
    "old_sealed",
)

"""Rotations of client secrets without downtime."""

from contextlib import suppress
from datetime import timedelta
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.models.transitions import update_if
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.redaction.fingerprint import LEGACY_HEX_DIGITS
from tenants.crypto import vault
from tenants.crypto.fingerprints import fingerprint_client_secret
from tenants.crypto.sealed_columns import register_columns
from tenants.models import Organization

STAGED_LIFETIME = timedelta(days=14)  # an unactivated secret is discarded


class Rotation(models.Model):
    """The replacement of a client's secret.

    Authlete stores one secret per client, so the new one is stored here until it is
    activated, and the old one until the rotation ends. Both are encrypted, and erased at
    the end.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("staged")
        ACTIVATING = "activating", _("activating")
        ACTIVATED = "activated", _("active")
        UNDOING = "undoing", _("undoing")
        SETTLED = "settled", _("completed")
        UNDONE = "undone", _("undone")
        DROPPED = "dropped", _("discarded")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField()
    label = models.TextField(blank=True)  # the client's name
    state = models.CharField(max_length=10, choices=State, default=State.STAGED)
    changed_at = models.DateTimeField(default=timezone.now)  # the state
    new_sealed = models.TextField(blank=True)
    old_sealed = models.TextField(blank=True)
    new_fingerprint = models.CharField(max_length=32)  # fingerprints
    old_fingerprint = models.CharField(max_length=32, blank=True)  # when it was staged
    old_since = models.DateTimeField(null=True)  # when this console set the old secret
    reason = models.CharField(max_length=400)
    ticket = models.CharField(max_length=60, blank=True)
    staged_by = models.CharField(max_length=254)
    staged_at = models.DateTimeField(default=timezone.now)
    shown_by = models.CharField(max_length=254, blank=True)
    shown_at = models.DateTimeField(null=True)
    stored_by = models.CharField(max_length=254, blank=True)
    stored_at = models.DateTimeField(null=True)
    activate_at = models.DateTimeField(null=True)  # set while a job is scheduled
    job = models.UUIDField(null=True)
    activated_by = models.CharField(max_length=254, blank=True)
    activated_at = models.DateTimeField(null=True)
    until = models.DateTimeField()  # when it ends automatically

    OPEN = (State.STAGED, State.ACTIVATING, State.ACTIVATED, State.UNDOING)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "region", "service_id", "client_id"],
                condition=Q(state__in=["staged", "activating", "activated", "undoing"]),
                name="one_rotation_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["state", "until"], name="rotations_to_end")]

    def __str__(self) -> str:
        return f"{self.label}: {self.state}"

    @property
    def is_scheduled(self) -> bool:
        return self.state == self.State.STAGED and self.activate_at is not None

    @property
    def is_unrevealed(self) -> bool:
        """Return whether the new secret, which can be shown once, wasn't shown yet."""
        return self.state == self.State.STAGED and self.shown_at is None

    @property
    def can_undo(self) -> bool:
        """Whether the old secret is stored; not if someone else set the new one."""
        return self.state == self.State.ACTIVATED and bool(self.old_sealed)

    @property
    def new_secret(self) -> str:
        """The new secret; raises `vault.UnsealError` if it was not sealed for this row."""
        return vault.unseal(self.new_sealed, self._vault_context("new"))

    @property
    def old_secret(self) -> str:
        """The replaced secret; raises `vault.UnsealError` as `new_secret` does."""
        return vault.unseal(self.old_sealed, self._vault_context("old"))

    @property
    def ref(self) -> ObjectRef:
        """The client."""
        return ObjectRef(self.region, self.service_id, self.client_id)

    def fingerprint(self, secret: SecretStr) -> str:
        """Return the fingerprint of a secret of the client."""
        return fingerprint_client_secret(self.organization_id, self.ref, secret).hex

    def has_new_secret(self, fingerprint: str) -> bool:
        """Return whether the client's current secret is the new one."""
        return fingerprint == self._upgrade_fingerprint(
            self.new_fingerprint, self.new_sealed, "new"
        )

    def has_old_secret(self, fingerprint: str) -> bool:
        """Return whether the client's current secret is the replaced one."""
        return fingerprint == self._upgrade_fingerprint(
            self.old_fingerprint, self.old_sealed, "old"
        )

    def _upgrade_fingerprint(self, fingerprint: str, sealed: str, column: str) -> str:
        """Return a stored fingerprint; one of the older format is computed again."""
        if len(fingerprint) != LEGACY_HEX_DIGITS:
            return fingerprint
        with suppress(vault.UnsealError):
            return self.fingerprint(SecretStr(vault.unseal(sealed, self._vault_context(column))))
        return fingerprint

    def seal_new_secret(self, secret: str) -> Self:
        self.new_sealed = vault.seal(secret, self._vault_context("new"))
        return self

    def seal_old_secret(self, secret: str) -> Self:
        self.old_sealed = vault.seal(secret, self._vault_context("old"))
        return self

    def transition(self, to: State, **more: object) -> bool:
        """Change the state; return False, and change nothing, if the row was changed meanwhile."""
        fields: dict[str, object] = {"state": to, "changed_at": timezone.now(), **more}
        if to not in self.OPEN:
            fields |= {"new_sealed": "", "old_sealed": "", "activate_at": None}
        expected = {"state": self.state, "changed_at": self.changed_at}
        return update_if(self, expected, **fields)

    def _vault_context(self, column: str) -> str:
        key = (self.organization_id, self.region, self.service_id, self.client_id)
        return vault.seal_context(self, column, *key)


register_columns(
    "rotations",
    lambda: Rotation.objects.filter(state__in=Rotation.OPEN),
    lambda row, column: row._vault_context(column.removesuffix("_sealed")),
    "new_sealed",
    "old_sealed",
)

"""Unsaved edits, selections of clients, and user lookups, encrypted."""

import json
from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.crypto import vault
from tenants.crypto.sealed_columns import register_columns
from tenants.models import Organization


class Draft(models.Model):
    """A member's unsaved edits of a service or client.

    ``sealed`` is encrypted because the edits may contain secrets.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField(default=0)  # 0 for a service
    sealed = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "organization", "region", "service_id", "client_id", name="one_draft_each"
            )
        ]

    def __str__(self) -> str:
        prefix = f"client {self.client_id} of " if self.client_id else ""
        return f"{self.user}: {prefix}service {self.service_id} in {self.region}"

    @property
    def vault_context(self) -> str:
        key = (self.user_id, self.organization_id, self.region, self.service_id)
        client_ids = (self.client_id,) if self.client_id else ()
        return "/".join(map(str, ("console.draft/sealed", *key, *client_ids)))

    def seal_content(self, content: Any) -> Self:
        self.sealed = vault.seal(json.dumps(content), self.vault_context)
        self.changed_at = timezone.now()
        return self

    @property
    def content(self) -> Any:
        """The decrypted edits; raises `vault.UnsealError` if sealed for another row."""
        return json.loads(vault.unseal(self.sealed, self.vault_context))


register_columns(
    "drafts", Draft.objects.all, lambda row, _: row.vault_context, "sealed", is_expendable=True
)


SELECTION_LIFETIME = timedelta(seconds=settings.SESSION_ABSOLUTE)


class Selection(models.Model):
    """A member's selection of clients, with the action to perform on each.

    ``sealed`` is encrypted because it contains settings.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    sealed = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.user}: clients of {self.organization}"

    @property
    def vault_context(self) -> str:
        return vault.seal_context(self, "sealed", self.user_id, self.organization_id)

    def seal_content(self, content: Any) -> Self:
        self.sealed = vault.seal(json.dumps(content), self.vault_context)
        self.changed_at = timezone.now()
        return self

    @property
    def content(self) -> Any:
        """The decrypted selection; raises `vault.UnsealError` if sealed for another row."""
        return json.loads(vault.unseal(self.sealed, self.vault_context))


register_columns(
    "selections",
    Selection.objects.all,
    lambda row, _: row.vault_context,
    "sealed",
    is_expendable=True,
)


LOOKUP_LIFETIME = timedelta(seconds=settings.SESSION_ABSOLUTE)


class Lookup(models.Model):
    """A subject that a member looked up in an organization.

    URLs, logs and sessions never contain a subject, so its pages use this row's ID.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    sealed = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.user}: a subject in {self.organization}"

    @property
    def vault_context(self) -> str:
        return vault.seal_context(self, "sealed", self.user_id, self.organization_id)

    def seal_subject(self, subject: str) -> Self:
        self.sealed = vault.seal(subject, self.vault_context)
        return self

    @property
    def subject(self) -> str:
        """The decrypted subject; raises `vault.UnsealError` if sealed for another row."""
        return vault.unseal(self.sealed, self.vault_context)


register_columns(
    "lookups", Lookup.objects.all, lambda row, _: row.vault_context, "sealed", is_expendable=True
)

"""Unsaved edits, selections of clients, and user lookups, encrypted."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.crypto import vault
from tenants.models import Organization


class Draft(models.Model):
    """One person's edits of a service, or of a client of it, that are not saved yet.

    ``sealed`` holds them under the vault's key: a new secret may be among them.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField(default=0)  # 0: the service itself
    sealed = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "organization", "region", "service_id", "client_id", name="one_draft_each"
            )
        ]

    def __str__(self) -> str:
        what = f"client {self.client_id} of " if self.client_id else ""
        return f"{self.user}: {what}service {self.service_id} in {self.region}"

    @property
    def vault_context(self) -> str:
        key = (self.user_id, self.organization_id, self.region, self.service_id)
        inside = (self.client_id,) if self.client_id else ()
        return "/".join(map(str, ("console.draft/sealed", *key, *inside)))

    def seal_content(self, content: Any) -> Self:
        self.sealed = vault.seal(json.dumps(content), self.vault_context)
        self.changed_at = timezone.now()
        return self

    @property
    def content(self) -> Any:
        """Raises `vault.Sealed` when it was not sealed for this row."""
        return json.loads(vault.unseal(self.sealed, self.vault_context))


@vault.register_rotation("drafts")
def reseal_drafts() -> Iterator[Draft]:
    """Seal every draft under the current key, one row at a time."""
    return vault.reseal_rows(Draft.objects.all(), lambda draft, _: draft.vault_context, "sealed")


SELECTION_LIFETIME = timedelta(seconds=settings.SESSION_ABSOLUTE)


class Selection(models.Model):
    """Clients that one person chose, and what would be done with each.

    ``sealed`` holds both under the vault's key: settings are among them.
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
        """Raises `vault.Sealed` when it was not sealed for this row."""
        return json.loads(vault.unseal(self.sealed, self.vault_context))


@vault.register_rotation("selections")
def reseal_selections() -> Iterator[Selection]:
    """Seal every selection under the current key, one row at a time."""
    return vault.reseal_rows(
        Selection.objects.all(), lambda selection, _: selection.vault_context, "sealed"
    )


LOOKUP_LIFETIME = timedelta(seconds=settings.SESSION_ABSOLUTE)


class Lookup(models.Model):
    """A subject that one person looked up in one organization.

    A subject stands in no address, no log and no session, so its pages are below the
    id of this row, which holds it sealed.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    sealed = models.TextField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

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
        """Raises `vault.Sealed` when it was not sealed for this row."""
        return vault.unseal(self.sealed, self.vault_context)


@vault.register_rotation("lookups")
def reseal_lookups() -> Iterator[Lookup]:
    """Seal every subject under the current key, one row at a time."""
    return vault.reseal_rows(Lookup.objects.all(), lambda lookup, _: lookup.vault_context, "sealed")

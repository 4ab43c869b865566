"""The subjects that people look up: a page of one is known by the lookup's id."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.crypto import vault
from tenants.models import Organization

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
    for lookup in vault.iterate_rows(Lookup.objects.all()):
        new = vault.reseal(lookup.sealed, lookup.vault_context)
        if new != lookup.sealed:
            Lookup.objects.filter(pk=lookup.pk).update(sealed=new)
            yield lookup

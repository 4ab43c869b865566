"""What a person chose to do something with, until it is done."""

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
    for selection in vault.iterate_rows(Selection.objects.all()):
        new = vault.reseal(selection.sealed, selection.vault_context)
        if new != selection.sealed:
            # Only over the value that was read: what was chosen meanwhile stays.
            same = Selection.objects.filter(pk=selection.pk, sealed=selection.sealed)
            same.update(sealed=new)
            yield selection

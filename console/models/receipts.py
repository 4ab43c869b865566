"""What was ended of a subject's, kept service by service while it is being learnt."""

from collections.abc import Iterator
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.crypto import vault
from tenants.models import Organization


class Receipt(models.Model):
    """What one person revoked of a subject's, why, and for which ticket.

    What became of each call stands in the record, under `page`; here stands what was
    there before and what was left. The subject is sealed for this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    actor = models.CharField(max_length=254)  # the maker, as the record tells them
    sealed = models.TextField()
    everything = models.BooleanField(default=False)  # else one app
    regions = models.JSONField(default=list)  # names of those that were to be asked
    reason = models.CharField(max_length=400)
    ticket = models.CharField(max_length=60, blank=True)
    page = models.CharField(max_length=36, blank=True)  # of its calls, in the record
    job = models.UUIDField(null=True)  # that does it
    lookup = models.UUIDField(null=True)  # whose page it was asked for on
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # where no job does it

    class Meta:
        indexes = [
            models.Index(fields=["organization", "page"], name="receipts_by_page"),
            models.Index(fields=["lookup"], name="receipts_by_lookup"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: a subject in {self.organization}"

    @property
    def vault_context(self) -> str:
        return vault.seal_context(self, "sealed", self.organization_id)

    def seal_subject(self, subject: str) -> Self:
        self.sealed = vault.seal(subject, self.vault_context)
        return self

    @property
    def subject(self) -> str:
        """Raises `vault.Sealed` when it was not sealed for this row."""
        return vault.unseal(self.sealed, self.vault_context)


class ReceiptPlace(models.Model):
    """What is known of one service: JSON that `console.users.receipt_lines` reads."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="places")
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    name = models.CharField(max_length=200, blank=True)
    content = models.TextField(default="{}")
    version = models.PositiveIntegerField(default=0)  # who writes an old one is late
    ended_at = models.DateTimeField(null=True)  # it was last tried until then
    is_proven = models.BooleanField(default=False)  # nothing acts for the subject here

    class Meta:
        ordering = ["region", "name", "service_id"]
        constraints = [
            models.UniqueConstraint("receipt", "region", "service_id", name="one_place_a_receipt")
        ]

    def __str__(self) -> str:
        return f"{self.region}/{self.service_id} of {self.receipt_id}"


@vault.register_rotation("receipts")
def reseal_receipts() -> Iterator[Receipt]:
    """Seal every subject under the current key, one row at a time."""
    return vault.reseal_rows(
        Receipt.objects.all(), lambda receipt, _: receipt.vault_context, "sealed"
    )

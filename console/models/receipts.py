"""Receipts of revocations for a subject, by service."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.crypto import vault
from tenants.crypto.sealed_columns import register_columns
from tenants.models import Organization


class Receipt(models.Model):
    """A revocation for a subject, with its reason and ticket.

    The audit log holds the outcome of each call, under `page`; the receipt holds what
    existed before and what remained.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    actor = models.CharField(max_length=254)  # the maker, as in the audit log
    sealed = models.TextField()
    everything = models.BooleanField(default=False)  # all apps, or one
    regions = models.JSONField(default=list)  # names of the requested regions
    reason = models.CharField(max_length=400)
    ticket = models.CharField(max_length=60, blank=True)
    page = models.CharField(max_length=36, blank=True)  # groups its calls in the audit log
    job = models.UUIDField(null=True)  # revokes; null without a job
    lookup = models.UUIDField(null=True)  # the lookup it was requested from
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # set only without a job

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
        """The decrypted subject; raises `vault.UnsealError` if sealed for another row."""
        return vault.unseal(self.sealed, self.vault_context)


class ReceiptService(models.Model):
    """The result for one service, as JSON of `console.users.receipt_lines`."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="services")
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    name = models.CharField(max_length=200, blank=True)
    content = models.TextField(default="{}")
    version = models.PositiveIntegerField(default=0)  # for optimistic locking
    ended_at = models.DateTimeField(null=True)  # end of the last attempt
    is_proven = models.BooleanField(default=False)  # verified that nothing remained

    class Meta:
        ordering = ["region", "name", "service_id"]
        constraints = [
            models.UniqueConstraint("receipt", "region", "service_id", name="one_service_a_receipt")
        ]

    def __str__(self) -> str:
        return f"{self.region}/{self.service_id} of {self.receipt_id}"


register_columns(
    "receipts", Receipt.objects.all, lambda row, _: row.vault_context, "sealed", is_expendable=True
)

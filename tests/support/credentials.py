"""Helpers for the tests of credentials."""

from tenants.audit.models import AuditEntry
from tenants.models import Credential

GOOD = "a-token-that-jp-takes-0123456789"


def entries(operation):
    return list(AuditEntry.objects.filter(operation=operation).order_by("seq"))


def everywhere():
    """Everything that the record and the table of credentials hold, as one text."""
    rows = [*AuditEntry.objects.all(), *Credential.objects.all()]
    return " ".join(str(vars(row)) for row in rows)

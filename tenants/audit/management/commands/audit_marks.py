"""``manage.py audit_marks``: make anew what subjects are searched by."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.audit.marks import renew
from tenants.audit.models import AuditEntry


class Command(BaseCommand):
    help = "Mark the entries about a subject under the oldest key; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Marked anew: {sum(renew(AuditEntry))} entries.")

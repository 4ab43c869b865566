"""``manage.py audit_marks``: make anew what subjects are searched by."""

from typing import Any

from tenants.audit.management.reading import RecordCommand
from tenants.audit.marks import renew
from tenants.audit.models import AuditEntry


class Command(RecordCommand):
    help = "Mark the entries about a subject under the oldest key; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Marked anew: {sum(renew(AuditEntry))} entries.")

"""Recompute subject fingerprints: ``manage.py audit_marks``."""

from typing import Any

from tenants.audit.management.base import AuditCommand
from tenants.audit.models import AuditEntry
from tenants.audit.subject_index import rebuild_fingerprints


class Command(AuditCommand):
    """Recompute subject fingerprints."""

    help = "Recompute the subject fingerprints of audit entries. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Updated {sum(rebuild_fingerprints(AuditEntry))} entries.")

"""``manage.py audit_reconcile``: settle what is unknown, as far as it can be told."""

import sys
from time import sleep
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tenants.audit.actor import Actor
from tenants.audit.management.base import AuditCommand
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved, resolve
from tenants.authlete.errors import AuditUnavailableError
from tenants.management.base import command_actor
from tenants.models import Organization
from tenants.organizations.reconciliation import find_evidence


class Command(AuditCommand):
    help = (
        "Look at Authlete what became of every call whose outcome is unknown, and keep"
        " what was found. What cannot be told is left to a person. Exit code 0 only"
        " when nothing is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only look, and settle nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        try:
            left = self._count_unresolved(dry_run)
        except AuditUnavailableError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{left} left." if left else "Nothing is unknown.")
        if left:
            sys.exit(1)

    def _count_unresolved(self, dry_run: bool) -> int:
        """How many nobody knows of in the end."""
        left = 0
        for home in [*Organization.objects.order_by("slug"), None]:
            who = command_actor("audit_reconcile", home)
            for entry in find_unresolved(who.organization_id).reverse():
                left += not self._resolve(who, home, entry, dry_run)
        return left

    def _resolve(
        self, actor: Actor, home: Organization | None, entry: AuditEntry, dry_run: bool
    ) -> bool:
        finding = find_evidence(actor, home, entry)
        if finding.wait_seconds and not dry_run:
            sleep(finding.wait_seconds)
            finding = find_evidence(actor, home, entry)
        told = f"{entry.entry} {entry.operation} {entry.region} {entry.label}".strip()
        self.stdout.write(f"{told}: {finding.verdict}. {finding.reason}")
        outcome = finding.verdict.outcome
        if outcome is None or dry_run:
            return False
        if not resolve(actor, entry, outcome, str(finding.reason)):
            self.stdout.write("  Its outcome was kept by another meanwhile.")
        return True

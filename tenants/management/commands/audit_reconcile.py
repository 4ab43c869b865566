"""``manage.py audit_reconcile``: settle what is unknown, as far as it can be told."""

import sys
from time import sleep
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tenants.audit.lost.settling import settle, unknown
from tenants.audit.management.reading import RecordCommand
from tenants.audit.models import AuditEntry
from tenants.audit.who import Who
from tenants.authlete.errors import NotRecorded
from tenants.management.told import command
from tenants.models import Organization
from tenants.reconciling import look


class Command(RecordCommand):
    help = (
        "Look at Authlete what became of every call whose outcome is unknown, and keep"
        " what was found. What cannot be told is left to a person. Exit code 0 only"
        " when nothing is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only look, and settle nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        try:
            left = self._left(dry_run)
        except NotRecorded as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{left} left." if left else "Nothing is unknown.")
        if left:
            sys.exit(1)

    def _left(self, dry_run: bool) -> int:
        """How many nobody knows of in the end."""
        left = 0
        for home in [*Organization.objects.order_by("slug"), None]:
            who = command("audit_reconcile", home)
            for entry in unknown(who.organization_id).reverse():
                left += not self._settled(who, home, entry, dry_run)
        return left

    def _settled(
        self, who: Who, home: Organization | None, entry: AuditEntry, dry_run: bool
    ) -> bool:
        finding = look(who, home, entry)
        if finding.wait and not dry_run:
            sleep(finding.wait)
            finding = look(who, home, entry)
        told = f"{entry.entry} {entry.operation} {entry.region} {entry.label}".strip()
        self.stdout.write(f"{told}: {finding.verdict}. {finding.said}")
        outcome = finding.verdict.outcome
        if outcome is None or dry_run:
            return False
        if not settle(who, entry, outcome, str(finding.said)):
            self.stdout.write("  Its outcome was kept by another meanwhile.")
        return True

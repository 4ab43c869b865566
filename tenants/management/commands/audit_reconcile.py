"""Resolve unknown outcomes: ``manage.py audit_reconcile``."""

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
    """Resolve calls with an unknown outcome."""

    help = (
        "Resolve calls with an unknown outcome by checking Authlete. Calls that can't be "
        "resolved are left for a person. The exit code is 0 only if none is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only check, resolve nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        try:
            remaining = self._count_unresolved(dry_run)
        except AuditUnavailableError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{remaining} unresolved." if remaining else "No unknown outcomes.")
        if remaining:
            sys.exit(1)

    def _count_unresolved(self, dry_run: bool) -> int:
        remaining = 0
        for organization in [*Organization.objects.order_by("slug"), None]:
            actor = command_actor("audit_reconcile", organization)
            for entry in find_unresolved(actor.organization_id).reverse():
                remaining += not self._resolve(actor, organization, entry, dry_run)
        return remaining

    def _resolve(
        self, actor: Actor, organization: Organization | None, entry: AuditEntry, dry_run: bool
    ) -> bool:
        evidence = find_evidence(actor, organization, entry)
        if evidence.wait_seconds and not dry_run:
            sleep(evidence.wait_seconds)
            evidence = find_evidence(actor, organization, entry)
        call = f"{entry.entry} {entry.operation} {entry.region} {entry.label}".strip()
        self.stdout.write(f"{call}: {evidence.conclusion}. {evidence.reason}")
        outcome = evidence.conclusion.outcome
        if outcome is None or dry_run:
            return False
        if not resolve(actor, entry, outcome, str(evidence.reason)):
            self.stdout.write("  Already resolved by someone else.")
        return True

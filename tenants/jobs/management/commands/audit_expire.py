"""Delete expired audit entries and versions: ``manage.py audit_expire``."""

import logging
from collections import Counter
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from tenants.audit.integrity.signed_tree import ChainBrokenError
from tenants.audit.management.base import AuditCommand
from tenants.audit.retention.expiry import (
    ConcurrentDeletionError,
    can_delete,
    earlier_clock,
    find_expired,
    list_organizations_with_entries,
)
from tenants.audit.retention.policy import load_retention_policy, parse_retention_days
from tenants.authlete.errors import AuditUnavailableError
from tenants.jobs.audit_tasks import delete_expired
from tenants.outbound.alerts import alert
from tenants.versions import retention as versions


class Command(AuditCommand):
    """Delete expired audit entries and versions."""

    help = (
        "Delete audit entries and versions older than AUDIT_KEEP and VERSIONS_KEEP allow. "
        "The worker does this daily."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help=("only report what would be deleted")
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._report_expected()
            return
        if not can_delete():
            raise CommandError(
                "Nothing was deleted: this database role has no permission. "
                "See docs/how-to/deploy.md, “Two roles on PostgreSQL”."
            )
        deleted: Counter[str] = Counter()
        try:
            for name, count in delete_expired("manage.py audit_expire"):
                deleted[name] += count
        except ChainBrokenError as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.reason)
            raise CommandError(f"{_format_deleted(deleted)} Stopped: {error}.") from None
        except ConcurrentDeletionError:
            raise CommandError(
                f"{_format_deleted(deleted)} Stopped: another process is deleting entries."
            ) from None
        except AuditUnavailableError as error:
            raise CommandError(f"{_format_deleted(deleted)} {error}") from None
        self.stdout.write(_format_deleted(deleted))

    def _report_expected(self) -> None:
        expected: Counter[str] = Counter()
        for organization in list_organizations_with_entries():
            for category, entries in find_expired(organization, earlier_clock()):
                expected[category] += entries.count()
        for category, days in load_retention_policy().items():
            count = expected[category]
            self.stdout.write(f"{category} ({_format_period(days)}): {count} entries to delete")
        days = parse_retention_days(settings.VERSIONS_KEEP)
        expired = chain.from_iterable(versions.find_expired_versions(days).values())
        count = sum(group.first_kept - group.first for group in expired) if days else 0
        self.stdout.write(f"versions ({_format_period(days)}): {count} versions to delete")


def _format_period(days: int) -> str:
    return f"kept for {days} days" if days else "kept forever"


def _format_deleted(deleted: Counter[str]) -> str:
    return f"Deleted {deleted['entries']} entries and {deleted['versions']} versions."

"""``manage.py audit_expire``: remove what was kept long enough."""

import logging
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from tenants.audit.integrity.checkpoints import ChainBrokenError
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
    help = (
        "Remove entries of the record and versions of services and clients that were "
        "kept as long as AUDIT_KEEP and VERSIONS_KEEP say. The worker does it daily."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._report_expected()
            return
        if not can_delete():
            raise CommandError(
                "Nothing was removed: this role may not (docs/how-to/deploy.md, “Two roles "
                "on PostgreSQL”)."
            )
        found: Counter[str] = Counter()
        try:
            for what, count in delete_expired("manage.py audit_expire"):
                found[what] += count
        except ChainBrokenError as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.reason)
            raise CommandError(f"{_format_deleted(found)} No more, because of {error}.") from None
        except ConcurrentDeletionError:
            raise CommandError(
                f"{_format_deleted(found)} Another process removes some, too; nothing is lost."
            ) from None
        except AuditUnavailableError as error:
            raise CommandError(f"{_format_deleted(found)} {error}") from None
        self.stdout.write(_format_deleted(found))

    def _report_expected(self) -> None:
        expected: Counter[str] = Counter()
        for organization in list_organizations_with_entries():
            for kind, entries in find_expired(organization, earlier_clock()):
                expected[kind] += entries.count()
        for kind, kept in load_retention_policy().items():
            self.stdout.write(f"{kind}, {_format_period(kept)}: {expected[kind]} entries to go")
        kept = parse_retention_days(settings.VERSIONS_KEEP)
        pasts = [one for found in versions.find_expired_versions(kept).values() for one in found]
        count = sum(one.kept - one.first for one in pasts) if kept else 0
        self.stdout.write(f"versions, {_format_period(kept)}: {count} to go")


def _format_period(kept: int) -> str:
    return f"kept for {kept} days" if kept else "kept for ever"


def _format_deleted(found: Counter[str]) -> str:
    return f"Removed {found['entries']} entries and {found['versions']} versions."

"""``manage.py audit_expire``: remove what was kept long enough."""

import logging
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from tenants.alerts import alert
from tenants.audit.checkpoints import Broken
from tenants.audit.expiring import Overtaken, clock, due, may_remove, organizations
from tenants.audit.kinds import days, policy
from tenants.audit.management.reading import RecordCommand
from tenants.authlete.errors import NotRecorded
from tenants.jobs.expiring import remove
from tenants.versions import expiring as versions


class Command(RecordCommand):
    help = (
        "Remove entries of the record and versions of services and clients that were "
        "kept as long as AUDIT_KEEP and VERSIONS_KEEP say. The worker does it daily."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be removed"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._expect()
            return
        if not may_remove():
            raise CommandError(
                "Nothing was removed: this role may not (docs/operating.md, “Two roles "
                "on PostgreSQL”)."
            )
        found: Counter[str] = Counter()
        try:
            for what, count in remove("manage.py audit_expire"):
                found[what] += count
        except Broken as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.what)
            raise CommandError(f"{_said(found)} No more, because of {error}.") from None
        except Overtaken:
            raise CommandError(
                f"{_said(found)} Another process removes some, too; nothing is lost."
            ) from None
        except NotRecorded as error:
            raise CommandError(f"{_said(found)} {error}") from None
        self.stdout.write(_said(found))

    def _expect(self) -> None:
        expected: Counter[str] = Counter()
        for organization in organizations():
            for kind, entries in due(organization, clock()):
                expected[kind] += entries.count()
        for kind, kept in policy().items():
            self.stdout.write(f"{kind}, {_for(kept)}: {expected[kind]} entries to go")
        kept = days(settings.VERSIONS_KEEP)
        pasts = [one for found in versions.due(kept).values() for one in found]
        count = sum(one.kept - one.first for one in pasts) if kept else 0
        self.stdout.write(f"versions, {_for(kept)}: {count} to go")


def _for(kept: int) -> str:
    return f"kept for {kept} days" if kept else "kept for ever"


def _said(found: Counter[str]) -> str:
    return f"Removed {found['entries']} entries and {found['versions']} versions."

"""``manage.py audit_export``: export the audit log to files."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from console.audit_log import export_formats
from console.audit_log.export_formats import (
    ExportRow,
    SearchSyntaxError,
    iter_entries,
    parse_search,
)
from tenants.audit.actor import Actor
from tenants.audit.events import AUDIT_EXPORT
from tenants.audit.integrity.chain_export import format_export, read_all_rows, read_rows_of
from tenants.audit.management.base import AuditCommand
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.audit.search.filters import EntryFilters
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.models import Organization

FORMATS = ("jsonl", "csv")

type OrganizationSearch = tuple[int, EntryFilters]  # of an organization


class Command(AuditCommand):
    """Export audit entries to a file."""

    help = (
        "Export the audit log, or the results of a search, to a file. Check JSON Lines with "
        "audit_verify --file. Both formats contain subject identifiers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="file to write")
        parser.add_argument("--query", default="", help="a search, as on the page Audit log")
        parser.add_argument(
            "--organization", default="", help="slug of an organization; default: all"
        )
        parser.add_argument(
            "--format",
            default="jsonl",
            help="jsonl, csv, or jsonl,csv, which appends .jsonl and .csv to --out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        formats = options["format"].split(",")
        if not set(formats) <= set(FORMATS):
            raise CommandError("--format must be jsonl, csv, or jsonl,csv.")
        organizations = self._organizations(options["organization"])
        searches = self._searches(organizations, options["query"])
        everything = not (options["organization"] or options["query"])
        if everything:
            searches.append((0, EntryFilters()))  # what is about no organization
        query = options["query"] or "all"
        actor = Actor(0, "manage.py audit_export")
        changes = [FieldChange("query", None, query)]
        for name in formats:
            out = options["out"]
            path = out.with_name(f"{out.name}.{name}") if len(formats) > 1 else out
            try:
                record_event(actor, AUDIT_EXPORT, object="all", label=name, changes=changes)
                if name == "csv":
                    lines = export_formats.write_csv(_pages(searches))
                elif everything:
                    lines = format_export(read_all_rows())
                else:
                    lines = format_export(read_rows_of(_entries(searches)))
                rows = _write(path, lines)
            except (OSError, DatabaseError, AuditUnavailableError) as error:
                raise CommandError(f"{path}: {error}") from None
            unit = "entries" if name == "csv" else "rows"
            self.stdout.write(f"{path}: {rows - 1} {unit}.")

    def _organizations(self, slug: str) -> Iterable[Organization]:
        homes = Organization.objects.order_by("pk")
        if slug and not (homes := homes.filter(slug=slug)):
            raise CommandError(f"No organization {slug}.")
        return homes

    def _searches(self, homes: Iterable[Organization], query: str) -> list[OrganizationSearch]:
        if not query:
            return [(home.pk, EntryFilters()) for home in homes]
        try:
            forms = [(home.pk, parse_search(home, query)) for home in homes]
        except SearchSyntaxError as error:
            raise CommandError(f"--query: {error}") from None
        return [(pk, form.to_filters()) for pk, form in forms]


def _entries(searches: Iterable[OrganizationSearch]) -> Iterator[AuditEntry]:
    for organization, filters in searches:
        yield from iter_entries(organization, filters)


def _pages(searches: Iterable[OrganizationSearch]) -> Iterator[Sequence[ExportRow]]:
    for organization, filters in searches:
        yield from export_formats.iter_row_pages(organization, filters)


def _write(path: Path, lines: Iterable[str]) -> int:
    """Write the lines and return their number; replace the file once all are written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        with open(
            draft, "x", encoding="utf-8", newline="", opener=partial(os.open, mode=0o600)
        ) as file:
            for line in lines:
                file.write(line)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return count

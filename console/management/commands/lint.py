"""``manage.py lint``: check documents, or the inventory of an organization, by all rules."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from os import urandom
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.inventory.lint_report import FORMATS, LintFinding
from console.inventory.rules import RULES
from console.models.findings import open_findings
from tenants.authlete.documents import client, service
from tenants.authlete.documents.client.rules import check_client
from tenants.authlete.documents.rules import Rule, Severity
from tenants.authlete.documents.service.rules import check_service
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.redactor import Redactor
from tenants.authlete.redaction.unknown_fields import CLIENT_SCHEMA, SERVICE_SCHEMA
from tenants.models import Organization

FINDINGS_EXIT_CODE, ERROR_EXIT_CODE = 1, 2
STANDARD_INPUT = "-"
REDACTION_KEY_BYTES = 32


class Command(BaseCommand):
    """Report the rules that services and clients violate."""

    help = (
        "Check JSON documents of services and clients, or the inventory of an organization, "
        "against security rules. Exit code: 0 without findings, 1 with findings, 2 for errors."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", help="an object or a list of them; - for stdin")
        parser.add_argument("--organization", default="", help="its slug; without files")
        parser.add_argument("--format", choices=FORMATS, default="text")
        parser.add_argument("--rules", default="", help="rule IDs or packs, separated by commas")
        parser.add_argument(
            "--severity",
            choices=list(map(str, Severity)),
            default="low",
            help="the lowest to report",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["files"]) == bool(options["organization"]):
            raise CommandError("Give files or --organization.", returncode=ERROR_EXIT_CODE)
        rules = _select_rules(options["rules"], Severity(options["severity"]))
        reported = (
            _lint_organization(options["organization"])
            if options["organization"]
            else _lint_files(options["files"])
        )
        findings = [finding for finding in reported if finding.rule.id in rules]
        if report := FORMATS[options["format"]](findings):
            self.stdout.write(report)
        if findings:
            sys.exit(FINDINGS_EXIT_CODE)


def _select_rules(text: str, lowest: Severity) -> Mapping[str, Rule]:
    """Return the rules to report, by ID."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    known = RULES.keys() | {rule.pack for rule in RULES.values()}
    if unknown := names - known:
        raise CommandError(
            f"Unknown rule or pack: {', '.join(sorted(unknown))}.", returncode=ERROR_EXIT_CODE
        )
    order = list(Severity)
    return {
        rule.id: rule
        for rule in RULES.values()
        if not names or names & {rule.id, rule.pack}
        if order.index(rule.severity) <= order.index(lowest)
    }


def _lint_organization(slug: str) -> Iterator[LintFinding]:
    """Yield the open findings of the inventory; waived ones are left out."""
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        raise CommandError(f"No organization {slug}.", returncode=ERROR_EXIT_CODE)
    rows = open_findings(organization).order_by("region", "service_id", "client_id", "rule")
    for row in rows.filter(rule__in=RULES).iterator():
        location = f"{row.region}/{row.service_id}" + (f"/{row.client_id}" if row.client_id else "")
        rule = RULES[row.rule]
        yield LintFinding(location, row.name, rule, f"{rule.title}: {row.name}", row.field)


def _lint_files(files: Iterable[str]) -> Iterator[LintFinding]:
    for file in files:
        try:
            text = sys.stdin.read() if file == STANDARD_INPUT else Path(file).read_text("utf-8")
            value = parse_json(text)
        except (OSError, UnicodeDecodeError, InvalidJsonError) as error:
            raise CommandError(f"{file}: {error}", returncode=ERROR_EXIT_CODE) from None
        documents = value if isinstance(value, list) else [value]
        for number, document in enumerate(documents):
            if not isinstance(document, dict):
                raise CommandError(f"{file}: not an object.", returncode=ERROR_EXIT_CODE)
            location = f"{file}#/{number}" if isinstance(value, list) else file
            yield from _lint_document(location, document)


def _lint_document(location: str, document: dict[str, Any]) -> Iterator[LintFinding]:
    is_client = _count_declared(client, document) > _count_declared(service, document)
    # As pages show it: a report may quote any value.
    schema = CLIENT_SCHEMA if is_client else SERVICE_SCHEMA
    document = Redactor(urandom(REDACTION_KEY_BYTES), schema).redact(document)
    name = str(document.get("clientName" if is_client else "serviceName") or location)
    for violation in (check_client if is_client else check_service)(document):
        rule = RULES[violation.rule]
        yield LintFinding(location, name, rule, violation.message, violation.fields[0])


def _count_declared(kind: Any, document: dict[str, Any]) -> int:
    """Count the fields of a document that a kind of object declares."""
    settings = (setting for section in kind.SECTIONS.values() for setting in section.settings())
    return len({setting.api_name for setting in settings} & document.keys())

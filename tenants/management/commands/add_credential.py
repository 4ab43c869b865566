"""``manage.py add_credential``: an organization's token for one region."""

import os
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import credentials
from tenants.audit.who import Who
from tenants.authlete.errors import NotRecorded
from tenants.authlete.probe import Finding, Problem
from tenants.management.told import command, organization_of
from tenants.models import Credential
from tenants.regions import regions

VARIABLE = "AUTHLETE_TOKEN"


class Command(BaseCommand):
    help = (
        "Keep an organization's access token for a region, sealed. It is read from "
        f"{VARIABLE} or from standard input, never from an argument, and tried before "
        "it is kept. Doing so twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="its slug")
        parser.add_argument("--region", required=True)
        parser.add_argument(
            "--number", type=int, help="the organization's number at the region's IdP"
        )
        parser.add_argument(
            "--expires",
            type=date.fromisoformat,
            help="the last day on which the token works, as in 2027-03-31",
        )
        parser.add_argument(
            "--no-probe", action="store_true", help="keep it without trying it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = organization_of(options["organization"])
        region, number = options["region"], options["number"]
        if region not in regions():
            known = ", ".join(regions())
            raise CommandError(f"There is no region {region!r}. There are: {known}.")
        if number is not None and not 0 < number < 2**63:
            raise CommandError("The number must be a positive 64-bit integer.")
        token = os.environ.get(VARIABLE, "") or sys.stdin.readline()
        if not token.strip():
            raise CommandError(f"There is no token in {VARIABLE} or standard input.")
        found = credentials.find(organization, region)
        if number is None and found:
            number = found.number
        expires = options["expires"] or (found.expires_on if found else None)
        offered = credentials.offered(organization, region, token, number, expires)
        who = command("add_credential", organization)
        try:
            self._keep(who, offered, tried=not options["no_probe"])
        except (credentials.Gone, NotRecorded) as error:
            raise CommandError(f"Nothing was changed. {error}") from None

    def _keep(self, who: Who, offered: Credential, *, tried: bool) -> None:
        finding = credentials.attempt(who, offered) if tried else None
        if finding and not finding.ok:
            raise CommandError(_refusal(finding))
        changes = credentials.keep(who, offered, finding)
        place = f"{offered.organization} for {offered.region}"
        did = "Kept the credential of" if changes else "Nothing to change for"
        self.stdout.write(f"{did} {place}.")
        if finding:
            count = finding.services or 0
            noun = "service" if count == 1 else "services"
            said = f"It sees {count} {noun}. {finding.words} {finding.advice}"
            self.stdout.write(said.rstrip())
            if finding.idp:
                why = finding.idp.message
                self.stdout.write(f"It can neither create nor remove services: {why}")


def _refusal(finding: Finding) -> str:
    said = f"Nothing was kept. {finding.words} {finding.advice}"
    if finding.problem in credentials.UNTRIED:
        said += " With --no-probe it is kept without being tried."
    if finding.error and finding.problem is Problem.OTHER:
        said += f" ({finding.error})"
    return said

"""``manage.py add_credential``: an organization's token for one region."""

import os
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.audit.actor import Actor
from tenants.authlete.credential_check import CredentialCheck, CredentialProblem
from tenants.authlete.errors import AuditUnavailableError
from tenants.management.base import command_actor, get_organization
from tenants.models import Credential
from tenants.organizations import credentials
from tenants.organizations.regions import get_regions

TOKEN_VARIABLE = "AUTHLETE_TOKEN"  # noqa: S105


class Command(BaseCommand):
    help = (
        "Keep an organization's access token for a region, sealed. It is read from "
        f"{TOKEN_VARIABLE} or from standard input, never from an argument, and tried before "
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
        parser.add_argument("--no-probe", action="store_true", help="keep it without trying it")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = get_organization(options["organization"])
        region, number = options["region"], options["number"]
        if region not in get_regions():
            known = ", ".join(get_regions())
            raise CommandError(f"There is no region {region!r}. There are: {known}.")
        if number is not None and not 0 < number < 2**63:
            raise CommandError("The number must be a positive 64-bit integer.")
        token = os.environ.get(TOKEN_VARIABLE, "") or sys.stdin.readline()
        if not token.strip():
            raise CommandError(f"There is no token in {TOKEN_VARIABLE} or standard input.")
        found = credentials.find_credential(organization, region)
        if number is None and found:
            number = found.number
        expires = options["expires"] or (found.expires_on if found else None)
        offered = credentials.build_credential(organization, region, token, number, expires)
        who = command_actor("add_credential", organization)
        try:
            self._save(who, offered, probe=not options["no_probe"])
        except (credentials.CredentialChangedError, AuditUnavailableError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None

    def _save(self, actor: Actor, credential: Credential, *, probe: bool) -> None:
        finding = credentials.probe_credential(actor, credential) if probe else None
        if finding and not finding.is_usable:
            raise CommandError(_describe_failure(finding))
        changes = credentials.save_credential(actor, credential, finding)
        place = f"{credential.organization} for {credential.region}"
        did = "Kept the credential of" if changes else "Nothing to change for"
        self.stdout.write(f"{did} {place}.")
        if finding:
            count = finding.service_count or 0
            noun = "service" if count == 1 else "services"
            said = f"It sees {count} {noun}. {finding.description} {finding.advice}"
            self.stdout.write(said.rstrip())
            if finding.idp_error:
                why = finding.idp_error.message
                self.stdout.write(f"It can neither create nor remove services: {why}")


def _describe_failure(finding: CredentialCheck) -> str:
    said = f"Nothing was kept. {finding.description} {finding.advice}"
    if finding.problem in credentials.INCONCLUSIVE_PROBLEMS:
        said += " With --no-probe it is kept without being tried."
    if finding.error and finding.problem is CredentialProblem.OTHER:
        said += f" ({finding.error})"
    return said

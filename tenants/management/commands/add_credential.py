"""Store an organization's access token: ``manage.py add_credential``."""

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
    """Store an organization's access token for a region."""

    help = (
        f"Store an organization's access token for a region. The token comes from {TOKEN_VARIABLE} "
        "or standard input and is checked first. Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="organization slug")
        parser.add_argument("--region", required=True)
        parser.add_argument(
            "--number",
            type=int,
            help="organization ID, to create and delete services: "
            "the number after /org/ in the address of Authlete's console",
        )
        parser.add_argument(
            "--expires",
            type=date.fromisoformat,
            help="last day the token is valid, such as 2027-03-31",
        )
        parser.add_argument(
            "--no-probe", action="store_true", help=("save without checking the token")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = get_organization(options["organization"])
        region, number = options["region"], options["number"]
        if region not in get_regions():
            names = ", ".join(get_regions())
            raise CommandError(f"Region {region!r} not found. Regions: {names}.")
        if number is not None and not 0 < number < 2**63:
            raise CommandError("--number must be a positive 64-bit integer.")
        token = os.environ.get(TOKEN_VARIABLE, "") or sys.stdin.readline()
        if not token.strip():
            raise CommandError(f"No token in {TOKEN_VARIABLE} or standard input.")
        current = credentials.find_credential(organization, region)
        if number is None and current:
            number = current.number
        expires = options["expires"] or (current.expires_on if current else None)
        credential = credentials.build_credential(organization, region, token, number, expires)
        actor = command_actor("add_credential", organization)
        try:
            self._save(actor, credential, probe=not options["no_probe"])
        except (credentials.CredentialChangedError, AuditUnavailableError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None

    def _save(self, actor: Actor, credential: Credential, *, probe: bool) -> None:
        check = credentials.probe_credential(actor, credential) if probe else None
        if check and not check.is_usable:
            raise CommandError(_describe_failure(check))
        changes = credentials.save_credential(actor, credential, check)
        result = "saved" if changes else "unchanged"
        self.stdout.write(
            f"Credential of {credential.organization} for {credential.region} {result}."
        )
        if check:
            self.stdout.write(f"Visible services: {check.service_count or 0}.")
            if text := f"{check.description} {check.advice}".strip():
                self.stdout.write(text)
            if check.idp_error:
                reason = check.idp_error.message
                self.stdout.write(f"It can't create or delete services: {reason}")


def _describe_failure(check: CredentialCheck) -> str:
    text = f"Nothing was saved. {check.description} {check.advice}"
    if check.problem in credentials.INCONCLUSIVE_PROBLEMS:
        text += " Use --no-probe to save it without a check."
    if check.error and check.problem in (CredentialProblem.OTHER, CredentialProblem.UNREACHABLE):
        text += f" ({check.error})"
    return text

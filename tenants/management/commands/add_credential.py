"""``manage.py add_credential``: an organization's token for one region."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import SecretStr

from tenants.models import Credential, Organization
from tenants.regions import regions

VARIABLE = "AUTHLETE_TOKEN"


class Command(BaseCommand):
    help = (
        "Keep an organization's access token for a region, sealed. It is read from "
        f"{VARIABLE} or from standard input, never from an argument, and tried before "
        "it is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="its slug")
        parser.add_argument("--region", required=True)
        parser.add_argument(
            "--number", type=int, help="the organization's number at the region's IdP"
        )
        parser.add_argument(
            "--no-probe", action="store_true", help="keep it without trying it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if not organization:
            raise CommandError(
                f"There is no organization {options['organization']!r}; "
                "add it with add_organization."
            )
        region = options["region"]
        if region not in regions():
            known = ", ".join(regions())
            raise CommandError(f"There is no region {region!r}. There are: {known}.")
        token = os.environ.get(VARIABLE, "") or sys.stdin.readline()
        if not token.strip():
            raise CommandError(f"There is no token in {VARIABLE} or standard input.")
        credential = Credential.objects.filter(
            organization=organization, region=region
        ).first() or Credential(organization=organization, region=region)
        if options["number"] is not None:
            credential.number = options["number"]
        credential.keep(SecretStr(token.strip())).save()
        self.stdout.write(f"Kept the token of {organization} for {region}.")

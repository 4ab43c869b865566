"""``manage.py add_member``: a person and what they may do in an organization."""

import os
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.members import LastAdmin, give_role, password_path, person
from tenants.models import Organization
from tenants.roles import Role

VARIABLE = "MEMBER_PASSWORD"


class Command(BaseCommand):
    help = (
        "Give a person a role in an organization. Who is new gets a link to set a "
        f"password, printed once; scripts may set one through {VARIABLE} or standard "
        "input. Doing so twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="its slug")
        parser.add_argument("--email", required=True)
        parser.add_argument(
            "--role", required=True, choices=[role.value for role in Role]
        )
        parser.add_argument("--name", default="", help="as people read it")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input, up to the end of the line",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if not organization:
            raise CommandError(
                f"There is no organization {options['organization']!r}; "
                "add it with add_organization."
            )
        password = os.environ.get(VARIABLE, "")
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\r\n")
        role = Role(options["role"])
        try:
            if password:
                validate_password(password)
            user, _ = person(options["email"], options["name"])
            before = give_role(organization, user, role)
        except ValidationError as error:
            raise CommandError(
                f"Nothing was changed. {' '.join(error.messages)}"
            ) from None
        except LastAdmin as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        self.stdout.write(_told(user, organization, role, before))
        if not user.has_usable_password():
            self._open(user, password)
        elif password:
            self.stdout.write("They have a password already; it was left as it is.")

    def _open(self, user: User, password: str) -> None:
        if password:
            user.set_password(password)
            user.save(update_fields=["password"])
            self.stdout.write("The password that was handed over is set.")
            return
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stdout.write(
            f"Hand them this link; it sets their password, once, within {hours} hours:"
        )
        self.stdout.write(f"{settings.CONSOLE_URL}{password_path(user)}")
        if not settings.CONSOLE_URL:
            self.stdout.write(
                "(CONSOLE_URL is not set: put the console's address first.)"
            )


def _told(
    user: User, organization: Organization, role: Role, before: Role | None
) -> str:
    match before:
        case None:
            return f"Added {user} to {organization} as {role}."
        case same if same == role:
            return f"{user} is in {organization} as {role} already."
        case _:
            return f"{user} is now {role} in {organization}, no longer {before}."

"""``manage.py add_member``: a person and what they may do in an organization."""

import os
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import members
from tenants.audit.events import PASSWORD_CHANGE
from tenants.audit.notes import doing
from tenants.audit.who import Who
from tenants.authlete.errors import NotRecorded
from tenants.management.told import command, organization_of, problems
from tenants.models import Organization
from tenants.roles import Role

VARIABLE = "MEMBER_PASSWORD"


class Command(BaseCommand):
    help = (
        "Give a person a role in an organization. Who has no password yet gets a link "
        f"to set one, printed once; scripts may set it through {VARIABLE} or standard "
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
        organization = organization_of(options["organization"])
        who = command("add_member", organization)
        password = os.environ.get(VARIABLE, "")
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\r\n")
        try:
            if password:
                validate_password(password)
            user = self._member(who, organization, options)
            if not user.has_usable_password():
                self._open(who, user, password)
            elif password:
                self.stdout.write("They have a password already; it was left as it is.")
        except ValidationError as error:
            raise CommandError(f"Nothing was changed. {problems(error)}") from None
        except (members.MayNot, NotRecorded) as error:
            raise CommandError(f"Nothing was changed. {error}") from None

    def _member(
        self, who: Who, organization: Organization, options: dict[str, Any]
    ) -> User:
        role = Role(options["role"])
        member = members.find(organization, options["email"])
        if member is None:
            added = members.add(
                who, organization, options["email"], role, options["name"]
            )
            user = added.member.user
            self.stdout.write(f"Added {user} to {organization} as {role}.")
            return user
        if member.role == role:
            self.stdout.write(f"{member.user} is in {organization} as {role} already.")
            return member.user
        before = member.role
        members.change_role(who, member, role)
        self.stdout.write(
            f"{member.user} is now {role} in {organization}, no longer {before}."
        )
        return member.user

    def _open(self, who: Who, user: User, password: str) -> None:
        if password:
            with doing(who, PASSWORD_CHANGE, object=user.get_username()):
                user.set_password(password)
                user.save(update_fields=["password"])
            self.stdout.write("The password that was handed over is set.")
            return
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stdout.write(
            f"Hand them this link; it sets their password, once, within {hours} hours:"
        )
        path = members.hand_link(who, user)
        self.stdout.write(f"{settings.CONSOLE_URL}{path}")
        if not settings.CONSOLE_URL:
            self.stdout.write(
                "CONSOLE_URL is not set: put the console's address first."
            )

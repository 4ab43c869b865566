"""Add a member: ``manage.py add_member``."""

import os
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.audit.actor import Actor
from tenants.audit.events import PASSWORD_CHANGE
from tenants.audit.recorder import record_action
from tenants.authlete.errors import AuditUnavailableError
from tenants.management.base import command_actor, format_errors, get_organization
from tenants.models import Organization
from tenants.organizations import members
from tenants.organizations.roles import Role

PASSWORD_VARIABLE = "MEMBER_PASSWORD"  # noqa: S105


class Command(BaseCommand):
    """Add a member or change their role."""

    help = (
        "Add a member to an organization or change their role. Prints a password link for an "
        f"account without a password, unless {PASSWORD_VARIABLE} or standard input has one. "
        "Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="organization slug")
        parser.add_argument("--email", required=True)
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="", help="display name")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = get_organization(options["organization"])
        actor = command_actor("add_member", organization)
        password = os.environ.get(PASSWORD_VARIABLE, "")
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\r\n")
        try:
            if password:
                validate_password(password)
            user = self._ensure_member(actor, organization, options)
            if not user.has_usable_password():
                self._give_password(actor, user, password)
            elif password:
                self.stdout.write("The account already has a password. It was not changed.")
        except ValidationError as error:
            raise CommandError(f"Nothing was changed. {format_errors(error)}") from None
        except (members.MembershipRuleError, AuditUnavailableError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None

    def _ensure_member(
        self, actor: Actor, organization: Organization, options: dict[str, Any]
    ) -> User:
        role = Role(options["role"])
        member = members.find_membership(organization, options["email"])
        if member is None:
            added = members.add_member(actor, organization, options["email"], role, options["name"])
            user = added.membership.user
            self.stdout.write(f"Added {user} to {organization} as {role}.")
            return user
        if member.role == role:
            self.stdout.write(f"{member.user} is already {role} in {organization}.")
            return member.user
        before = member.role
        members.change_role(actor, member, role)
        self.stdout.write(f"{member.user} is now {role} in {organization} (was {before}).")
        return member.user

    def _give_password(self, actor: Actor, user: User, password: str) -> None:
        if password:
            with record_action(actor, PASSWORD_CHANGE, object=user.get_username()):
                user.set_password(password)
                user.save(update_fields=["password"])
            self.stdout.write("Password set.")
            return
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stdout.write(f"Send this link. It sets the password once, within {hours} hours:")
        path = members.create_password_link(actor, user)
        self.stdout.write(f"{settings.CONSOLE_URL}{path}")
        if not settings.CONSOLE_URL:
            self.stdout.write("CONSOLE_URL is not set: prepend the address of this console.")

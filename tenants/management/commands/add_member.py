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
from tenants.models import Organization, PrivateCredentials
from tenants.organizations import invitations, members
from tenants.organizations.invitations import SentInvitation
from tenants.organizations.roles import Role
from tenants.outbound import mail

PASSWORD_VARIABLE = "MEMBER_PASSWORD"  # noqa: S105


class Command(BaseCommand):
    """Add a member or change their role."""

    help = (
        "Add a member to an organization or change their role. Mails an invitation, or prints its "
        f"link if there is no mail server. A new account can get its password from "
        f"{PASSWORD_VARIABLE} or standard input instead. Safe to repeat."
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

        parser.add_argument(
            "--reset-credentials",
            action="store_true",
            help="first remove password and 2FA of an existing account; verify the person before",
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
            user = invitations.find_user(members.clean_email(options["email"]))
            if user and options["reset_credentials"]:
                members.reset_credentials(actor, user)
                self.stdout.write(f"Password and 2FA of {user} removed.")
            self._ensure_member(actor, organization, options, password)
        except ValidationError as error:
            raise CommandError(f"Nothing was changed. {format_errors(error)}") from None
        except (members.MembershipRuleError, AuditUnavailableError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None

    def _ensure_member(
        self, actor: Actor, organization: Organization, options: dict[str, Any], password: str
    ) -> None:
        role = Role(options["role"])
        email, name = options["email"], options["name"]
        member = members.find_membership(organization, email)
        if member is None:
            if not password or invitations.requires_acceptance(members.clean_email(email)):
                sent = invitations.invite(actor, organization, email, role, name, _base_url())
                self.stdout.write(f"Invited {sent.invitation.email} to {organization} as {role}.")
                if password:
                    self.stdout.write("The account already exists. Its password was not changed.")
                self._write_link(sent)
                return
            member = members.add_member(actor, organization, email, role, name).membership
            self.stdout.write(f"Added {member.user} to {organization} as {role}.")
        elif member.role == role:
            self.stdout.write(f"{member.user} is already {role} in {organization}.")
        else:
            before = member.role
            members.change_role(actor, member, role)
            self.stdout.write(f"{member.user} is now {role} in {organization} (was {before}).")
        if member.user.has_usable_password():
            if password:
                self.stdout.write("The account already has a password. It was not changed.")
        elif password:
            self._set_password(actor, member.user, password)
        else:
            self._write_link(invitations.send_password_link(actor, member, _base_url()))

    def _set_password(self, actor: Actor, user: User, password: str) -> None:
        with record_action(actor, PASSWORD_CHANGE, object=user.get_username()):
            user.set_password(password)
            user.save(update_fields=["password"])
            PrivateCredentials.objects.filter(user=user).delete()
        self.stdout.write("Password set.")

    def _write_link(self, sent: SentInvitation) -> None:
        hours = settings.INVITATION_HOURS
        if not sent.link:
            self.stdout.write(f"A link was mailed. It works once, within {hours} hours.")
            return
        self.stdout.write(f"Send this link. It works once, within {hours} hours:")
        self.stdout.write(sent.link)
        if not settings.CONSOLE_URL:
            self.stdout.write("CONSOLE_URL is not set: prepend the address of this console.")


def _base_url() -> str:
    """Return the address of this console; raise `CommandError` if a mail would lack it."""
    if mail.is_enabled() and not settings.CONSOLE_URL:
        raise CommandError("Nothing was changed. Set CONSOLE_URL, so that links can be mailed.")
    return str(settings.CONSOLE_URL)

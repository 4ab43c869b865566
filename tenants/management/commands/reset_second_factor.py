"""Remove second factors: ``manage.py reset_second_factor``."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.authlete.errors import AuditUnavailableError
from tenants.crypto.sealed_columns import SEALED_COLUMNS
from tenants.management.base import command_actor
from tenants.organizations.members import normalize_email, remove_second_factor


class Command(BaseCommand):
    """Remove the second factor of one account, or of all whose vault key is lost."""

    help = (
        "Remove an account's second factor and end its sessions. The person sets up a new one "
        "at the next sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        accounts = parser.add_mutually_exclusive_group(required=True)
        accounts.add_argument("--email")
        accounts.add_argument(
            "--lost",
            action="store_true",
            help="all accounts whose second factor was encrypted with a lost vault key",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = command_actor("reset_second_factor")
        users = self._find_users(options["email"])
        try:
            for user in users:
                remove_second_factor(actor, user)
                self.stdout.write(f"{user}: second factor removed, sessions ended.")
        except AuditUnavailableError as error:
            raise CommandError(str(error)) from None
        if not users:
            self.stdout.write("Nothing to remove.")

    def _find_users(self, email: str | None) -> list[User]:
        """Return the accounts to change; raise `CommandError` for an unknown email."""
        if email is None:
            undecryptable = SEALED_COLUMNS["second factors"].find_lost()
            return list(
                User.objects.filter(pk__in=undecryptable.values("user")).order_by("username")
            )
        user = User.objects.filter(username=normalize_email(email)).first()
        if user is None:
            raise CommandError(f"Account {normalize_email(email)!r} not found.")
        return [user] if Authenticator.objects.filter(user=user).exists() else []

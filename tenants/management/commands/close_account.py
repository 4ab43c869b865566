"""Disable an account: ``manage.py close_account``."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.authlete.errors import AuditUnavailableError
from tenants.management.base import command_actor
from tenants.organizations import account_closure
from tenants.organizations.members import MembershipRuleError, normalize_email


class Command(BaseCommand):
    """Disable or enable an account."""

    help = (
        "Disable an account in all organizations and end its sessions. Memberships and "
        "audit entries stay. Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--reason", default="", help="stored in the audit log")
        parser.add_argument("--ticket", default="", help="stored in the audit log")
        parser.add_argument(
            "--reopen", action="store_true", help=("enable the account again instead")
        )
        parser.add_argument(
            "--leave-without-admin",
            action="store_true",
            help="allow it even if an organization loses its only administrator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = normalize_email(options["email"])
        user = User.objects.filter(username=email).first()
        if user is None:
            raise CommandError(f"Account {email!r} not found.")
        reopen: bool = options["reopen"]
        if user.is_active == reopen:
            self.stdout.write(f"{user} is already {'enabled' if reopen else 'disabled'}.")
            return
        context = {"reason": options["reason"], "ticket": options["ticket"]}
        actor = command_actor("close_account")
        try:
            if reopen:
                organizations = account_closure.reopen_account(actor, user, **context)
            else:
                organizations = account_closure.close_account(
                    actor, user, allow_no_admin=options["leave_without_admin"], **context
                )
        except (MembershipRuleError, AuditUnavailableError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        names = ", ".join(map(str, organizations)) or "no organization"
        result = "enabled" if reopen else "disabled, sessions ended"
        self.stdout.write(f"{user}: {result}. Member of: {names}.")

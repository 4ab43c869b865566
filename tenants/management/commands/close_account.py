"""``manage.py close_account``: a person who is not to sign in any more, anywhere."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.authlete.errors import AuditUnavailableError
from tenants.management.base import command_actor
from tenants.organizations import account_closure
from tenants.organizations.members import MembershipRuleError, normalize_email


class Command(BaseCommand):
    help = (
        "Close a person's account everywhere: nobody signs in with it, and its sessions"
        " end. Memberships and the record stay; the record of each organization has an"
        " entry. Doing so twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--reason", default="", help="for the record")
        parser.add_argument("--ticket", default="", help="for the record")
        parser.add_argument("--reopen", action="store_true", help="let them sign in again instead")
        parser.add_argument(
            "--leave-without-admin",
            action="store_true",
            help="also where an organization has no other administrator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = normalize_email(options["email"])
        user = User.objects.filter(username=email).first()
        if user is None:
            raise CommandError(f"There is no account {email!r}.")
        opens: bool = options["reopen"]
        if user.is_active == opens:
            self.stdout.write(f"{user} is {'open' if opens else 'closed'} already.")
            return
        why = {"reason": options["reason"], "ticket": options["ticket"]}
        who = command_actor("close_account")
        try:
            if opens:
                homes = account_closure.reopen_account(who, user, **why)
            else:
                last = options["leave_without_admin"]
                homes = account_closure.close_account(who, user, allow_no_admin=last, **why)
        except (MembershipRuleError, AuditUnavailableError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        names = ", ".join(str(one) for one in homes) or "no organization"
        done = "signs in again" if opens else "is closed; all sessions have ended"
        self.stdout.write(f"{user} {done}. Member of: {names}.")

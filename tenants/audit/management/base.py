"""Base class of the audit log's commands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection


def make_connection_read_only() -> None:
    """Reopen the connection so that neither statements nor its end change the database."""
    connection.close()
    options = {**connection.settings_dict["OPTIONS"]}
    if connection.vendor == "sqlite":
        options.pop("init_command", None)  # sets how to write
        options["read_only"] = True
    else:
        existing = options.get("options", "")
        options["options"] = f"{existing} -c default_transaction_read_only=on".strip()
    connection.settings_dict["OPTIONS"] = options


class AuditCommand(BaseCommand):
    """A command that reports database errors as command errors."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise CommandError(f"The audit log can't be used: {reason}.") from error

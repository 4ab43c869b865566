"""Base class of the audit log's commands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError


class AuditCommand(BaseCommand):
    """A command that reports database errors as command errors."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise CommandError(f"The audit log can't be used: {reason}.") from error

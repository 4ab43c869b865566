"""``manage.py setup``: complete ``.env`` and say what a deployment still lacks."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.ops import env_file
from console.ops.setup_checks import check_deployment


class Command(BaseCommand):
    """Print one line for each part of the deployment."""

    help = env_file.DESCRIPTION
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        env_file.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        is_complete = True
        for finding in check_deployment():
            self.stdout.write(f"{finding.part}: {finding.text}")
            is_complete &= not finding.is_failure
        if not is_complete:
            raise CommandError("Something is missing.")

"""Run jobs: ``manage.py worker``."""

import os
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.jobs.worker import JobWorker


class Command(BaseCommand):
    """Run jobs until stopped."""

    help = (
        "Run jobs and periodic tasks. Any number of workers can run. SIGTERM finishes the "
        "current items within seconds; another worker takes over after a kill."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="exit when nothing is due")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        name = f"{socket.gethostname()[:50]}-{os.getpid()}"
        working = JobWorker(name, until_empty=once)
        working.configure_signals()
        working.run()

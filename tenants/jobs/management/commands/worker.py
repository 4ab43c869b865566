"""``manage.py worker``: works on jobs until it is told to end."""

import os
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.jobs.worker import JobWorker


class Command(BaseCommand):
    help = (
        "Work on jobs: bulk changes, and what is to happen at a set time. Any number "
        "of workers may run. SIGTERM lets it finish what it is at, which takes "
        "seconds; what a killed one leaves is taken over by another."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is due any more")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        name = f"{socket.gethostname()[:50]}-{os.getpid()}"
        working = JobWorker(name, until_empty=once)
        working.configure_signals()
        working.run()

"""Run jobs: ``manage.py worker``."""

import os
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from tenants.jobs.worker import JobWorker
from tenants.metrics import serve_metrics


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
        if settings.METRICS_ADDRESS and not once:
            try:
                serve_metrics(settings.METRICS_ADDRESS, connections.close_all)
            except (OSError, ValueError) as error:
                raise CommandError(f"METRICS_ADDRESS {settings.METRICS_ADDRESS}: {error}") from None
        working = JobWorker(name, until_empty=once)
        working.configure_signals()
        working.run()

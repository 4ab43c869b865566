"""Run the Authlete sandbox on five local ports: ``manage.py sandbox``."""

import argparse
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.management.sandbox_options import add_size_options
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tenants.sandbox.state import IDP


class Command(BaseCommand):
    """Run the sandbox until interrupted."""

    help = (
        "Run the Authlete sandbox: regions us, jp, eu and br on four consecutive ports, and "
        "the identity provider on the fifth. Reachable from this machine only. "
        "GET /_tokens lists its access tokens."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=parse_port, default=9700, help="the first port; 0 uses free ports"
        )
        add_size_options(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        sandbox = Sandbox(
            options["seed"],
            options["services"],
            options["latency"],
            clients=options["clients"],
            tokens=options["tokens"],
        )
        try:
            server = SandboxServer(sandbox, options["port"])
        except OSError as error:
            raise CommandError(
                f"Can't listen on five ports starting at {options['port']}: "
                f"{error.strerror}. Choose others with --port."
            ) from None
        with server:
            for host in (*sandbox.state.regions, IDP):
                self.stdout.write(f"{host:4} {server.url(host)}")
            self.stdout.write(f"tokens {server.url('us')}/_tokens")
            self.stdout.flush()
            stopped.wait()


def parse_port(text: str) -> int:
    """Parse the first of five ports."""
    first = int(text)
    if not 0 <= first <= 65_531:  # 0 uses free ports
        raise argparse.ArgumentTypeError("must be between 0 and 65531")
    return first

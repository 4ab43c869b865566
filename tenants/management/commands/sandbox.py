"""Run the Authlete sandbox on five local ports: ``manage.py sandbox``."""

import argparse
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tenants.sandbox.state import IDP


class Command(BaseCommand):
    help = (
        "Run a pretend Authlete: us, jp, eu and br on four ports in a row, and the "
        "identity provider on the fifth. Only this machine can reach it. "
        "GET /_tokens lists the access tokens that it takes."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=parse_port, default=9700, help="the first port, or 0")
        parser.add_argument(
            "--services",
            type=parse_count,
            help="services of the largest organization a region",
        )
        parser.add_argument("--clients", type=parse_count, help="clients a service")
        parser.add_argument("--tokens", type=parse_count, help="access tokens a service")
        parser.add_argument(
            "--latency",
            type=parse_count,
            default=0,
            help="milliseconds before each answer",
        )
        parser.add_argument("--seed", type=int, default=1, help="which world it is")

    def handle(self, *_args: Any, **options: Any) -> None:
        over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: over.set())
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
                f"The five ports from {options['port']} on are not all free "
                f"({error.strerror}). Choose others with --port."
            ) from None
        with server:
            for place in (*sandbox.state.regions, IDP):
                self.stdout.write(f"{place:4} {server.url(place)}")
            self.stdout.write(f"tokens {server.url('us')}/_tokens")
            self.stdout.flush()
            over.wait()


def parse_port(text: str) -> int:
    first = int(text)
    if not 0 <= first <= 65_531:  # 0 takes any that is free
        raise argparse.ArgumentTypeError("must lie between 0 and 65531")
    return first


def parse_count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number

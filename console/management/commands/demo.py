"""``manage.py demo``: the console over a pretend Authlete, until Ctrl-C."""

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from console.demo import processes, seed
from console.demo.processes import DemoStoppedError, ProcessEndedError, ProcessGroup
from console.demo.story import tell_story
from console.ops.probe import is_healthy
from tenants.management.sandbox_options import format_size_options

SANDBOX_PORT_COUNT = len(processes.REGIONS) + 1  # the regions and the IdP
START_TIMEOUT_SECONDS = 60.0  # seconds that the console has for its first answer


class Command(BaseCommand):
    """Run the demo: the console, its workers and the sandbox."""

    help = (
        "Run the console over a sandbox of Authlete with four regions and an IdP. "
        "Stop it with Ctrl-C. The data directory's accounts.json lists an account for each role."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        processes.add_options(parser)

    def handle(self, *args: Any, port: int, sandbox_port: int, data: Path, **options: Any) -> None:
        data = data.resolve()
        ensure_ports_free("--port", [port])
        ensure_ports_free("--sandbox-port", range(sandbox_port, sandbox_port + SANDBOX_PORT_COUNT))
        try:
            with ProcessGroup(data / "logs") as children:
                sandbox = [f"--port={sandbox_port}", *format_size_options(options)]
                accounts = self.start(children, port, sandbox_port, data, sandbox)
                self.welcome(port, sandbox_port, data, accounts)
                while True:
                    time.sleep(0.5)
                    children.check()
        except DemoStoppedError:
            self.stdout.write("\nStopped.")
        except ProcessEndedError as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(
                f"The demo's database is of another version: {error}. Remove {data} to start again."
            ) from None

    def start(
        self,
        children: ProcessGroup,
        port: int,
        sandbox_port: int,
        data: Path,
        sandbox_options: list[str],
    ) -> list[seed.DemoAccount]:
        self.say("Starting the sandbox: us, jp, eu, br and the identity provider")
        children.start("sandbox", ["manage.py", "sandbox", *sandbox_options])
        self.say("Preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        last = sandbox_port + SANDBOX_PORT_COUNT - 1
        children.wait_for(lambda: is_listening(last), START_TIMEOUT_SECONDS)
        sandbox_url = f"http://127.0.0.1:{sandbox_port}"
        accounts = seed.seed_database(f"{sandbox_url}/_tokens", data / "accounts.json")
        tell_story(sandbox_url, accounts)
        self.say("Starting the console and its worker")
        children.start("console", ["-m", "gunicorn", f"--bind=127.0.0.1:{port}"])
        children.start("worker", ["manage.py", "worker"])
        children.wait_for(lambda: is_healthy("/readyz", port), START_TIMEOUT_SECONDS)
        return accounts

    def welcome(
        self, port: int, sandbox_port: int, data: Path, accounts: list[seed.DemoAccount]
    ) -> None:
        wide = max(len(account.email) for account in accounts)
        lines = [
            "",
            f"  Meridian is at http://localhost:{port}/",
            "",
            f"  {'role':<10} {'email':<{wide}}  password",
            *(
                f"  {account.role:<10} {account.email:<{wide}}  {account.password}"
                for account in accounts
            ),
            "",
            f"  accounts  {data / 'accounts.json'}",
            f"  logs      {data / 'logs'}",
            f"  sandbox   http://127.0.0.1:{sandbox_port}/_tokens",
            "",
            "  Press Ctrl-C to stop.",
        ]
        self.say("\n".join(lines))

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def ensure_ports_free(option: str, ports: Sequence[int]) -> None:
    """Raise `CommandError` for a port that another program listens on."""
    for port in ports:
        try:
            # As servers bind: a port whose last connection has just ended is free.
            socket.create_server(("127.0.0.1", port)).close()
        except (OSError, OverflowError):
            raise CommandError(
                f"Port {port} is taken by another program, or may not be used. "
                f"Choose another with {option}."
            ) from None


def is_listening(port: int) -> bool:
    """Return whether a program listens on a local port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

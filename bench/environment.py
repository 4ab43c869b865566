"""A console, its baseline server and four regions, for the duration of a run.

All files are in a temporary directory; servers listen on this machine only. The servers
have the first core to themselves, the clients the others.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.request import ProxyHandler, build_opener

from console.ops.generate_secrets import generate_secrets

if TYPE_CHECKING:
    from bench.filled_logs import FilledLog

ROOT = Path(__file__).parents[1]
FIRST_PORT = int(os.environ.get("BENCH_PORT", "9600"))  # the first of seven in a row
CONSOLE, FLOOR, ADMIN = FIRST_PORT + 4, FIRST_PORT + 5, FIRST_PORT + 6
REGIONS = ("us", "jp", "eu", "br")
SERVICES_PER_REGION = int(os.environ.get("BENCH_SERVICES", "50"))
ORGANIZATION = "harbor"
START_TIMEOUT_SECONDS = 30.0  # seconds that a program has for its first answer

_direct = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A running server and a signed-in session."""

    url: str
    process: int
    cookie: str


class BenchEnvironment:
    """What all measurements share; leaving it stops everything it started."""

    def __init__(self) -> None:
        self._ending = ExitStack()
        cores = sorted(os.sched_getaffinity(0))
        self.servers, self.askers = {cores[0]}, set(cores[1:]) or {cores[0]}
        self.world: dict[str, Any] = {}
        self.upstream = 0  # the process
        self._records: tuple[FilledLog, FilledLog] | None = None

    def __enter__(self) -> Self:
        home = tempfile.mkdtemp(prefix="meridian-bench-")
        self._ending.callback(shutil.rmtree, home, ignore_errors=True)
        self.home = Path(home)
        try:
            self._seed()
        except BaseException:
            self._ending.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def records(self) -> "tuple[FilledLog, FilledLog]":
        """Return a small and a large audit log, created on first use."""
        if self._records is None:
            from bench.filled_logs import create_filled_logs

            self._records = self._ending.enter_context(create_filled_logs())
        return self._records

    def region(self, name: str) -> str:
        return f"http://127.0.0.1:{FIRST_PORT + REGIONS.index(name)}"

    def wait(self, *milliseconds: int) -> None:
        """Set how long the regions wait before they answer: one value, or first to last."""
        fetch(f"{self.region('us')}/_wait/{'/'.join(map(str, milliseconds))}")

    @contextmanager
    def console(self, database: str = "", port: int = CONSOLE) -> Generator[RunningServer]:
        """Run the console as deployed, signed in as an admin of Harbor."""
        command = ["-m", "gunicorn", f"--bind=127.0.0.1:{port}", "--log-level=error"]
        url = f"http://127.0.0.1:{port}"
        deployed = {"DJANGO_SETTINGS_MODULE": "console.settings"}
        if database:
            deployed["DATABASE_URL"] = database
        with self._run(
            f"console-{port}", command, self.servers, f"{url}/healthz", deployed
        ) as process:
            yield RunningServer(url, process, self._cookie)

    @contextmanager
    def floor(self) -> Generator[RunningServer]:
        """Run the baseline server under the same WSGI server and load."""
        more = {
            "UPSTREAM": self.region("us"),
            "TOKEN": self.world["tokens"]["us"],
            "FLOOR_DATABASE": str(self.home / "floor.sqlite3"),
        }
        with self._peer("baseline", FLOOR, more) as server:
            yield server

    @contextmanager
    def admin(self) -> Generator[RunningServer]:
        """Run the Django admin in the same way."""
        more = {"ADMIN_DATABASE": str(self.home / "admin.sqlite3")}
        with self._peer("admin_site", ADMIN, more) as server:
            yield server

    @contextmanager
    def _peer(self, module: str, port: int, more: Mapping[str, str]) -> Generator[RunningServer]:
        """Run an application of the bench, signed in by its page ``/enter``."""
        command = ["-m", "gunicorn", f"bench.{module}", f"--bind=127.0.0.1:{port}"]
        url = f"http://127.0.0.1:{port}"
        with self._run(module, command, self.servers, f"{url}/enter", more) as process:
            session = fetch(f"{url}/enter").decode()
            yield RunningServer(url, process, f"sessionid={session}")

    def _seed(self) -> None:
        """Start four regions and create an organization that uses them."""
        os.sched_setaffinity(0, self.askers)
        world = f"{self.region('us')}/_world"
        command = ["-m", "bench.fake_authlete", str(FIRST_PORT), str(SERVICES_PER_REGION)]
        self.upstream = self._ending.enter_context(
            self._run("upstream", command, self.askers, world)
        )
        self.world = json.loads(fetch(world))
        os.environ.update(self._settings())
        import django

        django.setup()
        from bench.seed import seed

        self._cookie = seed(ORGANIZATION, self.world["tokens"])

    def _settings(self) -> dict[str, str]:
        """Return the console's environment; only the database comes from the caller."""
        regions = ",".join(f"{name}={self.region(name)}" for name in REGIONS)
        database = f"sqlite:///{self.home / 'meridian.sqlite3'}"
        return generate_secrets() | {
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "INSECURE": "true",
            "REQUIRE_MFA": "true",
            "ALLOWED_HOSTS": "127.0.0.1",
            "TRUSTED_PROXIES": "0",
            "WEB_CONCURRENCY": "1",
            "DRAIN_SECONDS": "0",
            "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", database),
            "STATIC_ROOT": str(self.home / "static"),
            "AUTHLETE_REGIONS": regions,
            "AUTHLETE_IDPS": "",
            "AUTHLETE_API_SERVERS": "",
        }

    @contextmanager
    def _run(
        self,
        name: str,
        command: Sequence[str],
        cores: set[int],
        probe: str,
        more: Mapping[str, str] | None = None,
    ) -> Generator[int]:
        """Start a program and wait until it answers; yield its process."""
        log = self.home / f"{name}.log"
        with log.open("wb") as log_file:
            process = subprocess.Popen(  # noqa: S603  our own programs
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, **(more or {})},
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                preexec_fn=partial(os.sched_setaffinity, 0, cores),
            )
        try:
            until = time.monotonic() + START_TIMEOUT_SECONDS
            while not answers(probe):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{name}: {log.read_text()[-2000:]}")
                time.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)


def fetch(url: str) -> bytes:
    with _direct.open(url, timeout=10) as answer:
        body: bytes = answer.read()
    return body


def answers(url: str) -> bool:
    with suppress(OSError):
        fetch(url)
        return True
    return False

"""The environment and programs of a demo, which end with it."""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType

from console.ops.generate_secrets import generate_secrets
from console.ops.secret_files import ignore_secret_files
from tenants.management.sandbox_options import add_size_options

ROOT = Path(__file__).parents[2]
REGIONS = ("us", "jp", "eu", "br")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``manage.py demo``."""
    parser.add_argument("--port", type=int, default=8000, help="of the console")
    parser.add_argument("--sandbox-port", type=int, default=9100, help="the first of five in a row")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "data" / "demo", help="directory for the demo's data"
    )
    add_size_options(parser)


def prepare_environment(arguments: Sequence[str]) -> None:
    """Set the environment for this process and those that it starts."""
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    options, _ = parser.parse_known_args(arguments)
    data = options.data.resolve()
    ignore_secret_files()
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ.update(demo_settings(data, options.port, options.sandbox_port))
    except OSError as error:
        sys.exit(f"manage.py: --data {data} can't be used: {error.strerror}")


def demo_settings(data: Path, port: int, sandbox: int) -> dict[str, str]:
    """Return the settings that the demo needs, and those that keep it local."""
    urls = {name: f"http://127.0.0.1:{sandbox + offset}" for offset, name in enumerate(REGIONS)}
    idp = f"http://127.0.0.1:{sandbox + len(REGIONS)}"
    return load_keys(data / "keys") | {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "MALLOC_ARENA_MAX": "2",  # as the image has them
        "MALLOC_MMAP_THRESHOLD_": "131072",  # bytes
        "MALLOC_TRIM_THRESHOLD_": "131072",  # bytes
        "INSECURE": "true",
        "REQUIRE_MFA": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CONSOLE_URL": f"http://localhost:{port}",
        "CSRF_TRUSTED_ORIGINS": "",
        "TRUSTED_PROXIES": "0",
        "WEB_CONCURRENCY": "1",
        "DRAIN_SECONDS": "0",
        "DATABASE_URL": f"sqlite:///{data / 'meridian.sqlite3'}",
        "STATIC_ROOT": str(data / "static-files"),
        "AUDIT_SINKS": f"file://{data / 'checkpoints.jsonl'}",
        "AUDIT_SINK_PATIENCE": "900",
        "AUDIT_PUBLIC_KEYS": "",
        "EMAIL_URL": f"file://{data / 'mail'}",
        "ALERT_MAIL": "",
        "WEBHOOK_PRIVATE_HOSTS": "",
        "WEBHOOK_PORTS": "",
        "AUTHLETE_REGIONS": ",".join(f"{name}={url}" for name, url in urls.items()),
        "AUTHLETE_IDPS": ",".join(f"{name}={idp}" for name in urls),
        "AUTHLETE_API_SERVERS": "",
        "AUTHLETE_PROXY": "",
        "AUTHLETE_CA_FILE": "",
        "AUTHLETE_CLIENT_CERT": "",
        "AUTHLETE_CLIENT_KEY": "",
        "AUTHLETE_PRIVATE_HOSTS": "",
    }


def load_keys(path: Path) -> dict[str, str]:
    """Return the demo's own keys; create them on first use, readable by their owner alone."""
    lines = path.read_text().splitlines() if path.exists() else []
    stored = dict(line.split("=", 1) for line in lines)
    keys = generate_secrets() | stored
    if keys != stored:
        text = "".join(f"{name}={value}\n" for name, value in keys.items())
        draft = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(text)
        draft.rename(path)
    return keys


STOP_TIMEOUT_SECONDS = 10.0  # seconds that a program has to end by itself
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessEndedError(Exception):
    """A program stopped that should be running; says which, and its last lines."""


class DemoStoppedError(Exception):
    """Somebody asked the demo to end."""


class ProcessGroup:
    """Started one after the other, ended in the reverse order when this is left.

    Each has a session of its own: Ctrl-C reaches only the demo, which ends them.
    """

    def __init__(self, logs: Path) -> None:
        logs.mkdir(exist_ok=True)
        self._logs = logs
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, command: Sequence[str]) -> None:
        with self._log(name).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  our own programs
                [sys.executable, *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self._running.append((name, process))

    def check(self) -> None:
        """Raise `ProcessEndedError` if a process is not running any more."""
        for name, process in self._running:
            if process.poll() is not None:
                lines = self._log(name).read_text(errors="replace").splitlines()
                raise ProcessEndedError("\n".join([f"The {name} has stopped.", *lines[-12:]]))

    def wait_for(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until the processes are ready; raise `ProcessEndedError` after ``seconds``."""
        until = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > until:
                raise ProcessEndedError(f"It was not ready after {seconds:.0f} seconds.")
            time.sleep(0.1)

    def __enter__(self) -> "ProcessGroup":
        for number in SIGNALS:
            signal.signal(number, _raise_stopped)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in SIGNALS:  # a second Ctrl-C does not cut this short
            signal.signal(number, signal.SIG_IGN)
        for _, process in reversed(self._running):
            _signal_group(process, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_TIMEOUT_SECONDS)
            _signal_group(process, signal.SIGKILL)  # and what it may have started
            process.wait()

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    raise DemoStoppedError


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _end_with_parent() -> None:
    """Even when the demo is killed, which leaves it no time to end anything."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

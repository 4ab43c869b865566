"""The programs that a demo is made of, which end with it."""

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

from console.demo.environment import ROOT

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

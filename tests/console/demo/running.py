"""A demo in its own process."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tests.support.sockets import find_free_port

ROOT = Path(__file__).parents[3]
SECONDS = 60  # that a start may take on a busy machine


class Demo:
    def __init__(self, data):
        self.data = data
        self.port = find_free_port(6)
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", *self.arguments()],
            cwd=ROOT,
            # What the caller's settings say must not reach it.
            env=os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/real"},
            stdout=subprocess.PIPE,
            text=True,
        )

    def arguments(self):
        ports = [f"--port={self.port}", f"--sandbox-port={self.port + 1}"]
        return [*ports, f"--data={self.data}"]

    def welcome(self):
        """What it says until it is ready."""
        lines = []
        assert self.process.stdout
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        return "".join(lines)

    def accounts(self):
        return json.loads((self.data / "accounts.json").read_text())

    def listening(self):
        ports = range(self.port, self.port + 6)
        return [port for port in ports if answers(port)]

    def ended(self):
        until = time.monotonic() + SECONDS
        while self.listening() and time.monotonic() < until:
            time.sleep(0.1)
        return not self.listening()


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(data):
    """A demo in ``data``; ended as a script would, unless it has ended before."""
    demo = Demo(data)
    with demo.process:
        try:
            yield demo
        finally:
            demo.process.terminate()
            demo.process.wait(SECONDS)
    assert demo.ended()

"""Servers that run as processes of their own, and HAProxy before them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 60


@pytest.fixture
def haproxy():
    """The path of HAProxy, without which CI fails."""
    program = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must try a real load balancer: install haproxy")
        pytest.skip("haproxy is not installed")
    return program


def start_gunicorn(port, environment, **options):
    """Start the web server on ``port``."""
    command = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, **options)


def is_up(port, path="/readyz"):
    """Return whether a server responds to ``path`` with 200."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}").status_code == 200
    except httpx.HTTPError:
        return False


def wait_until(condition, *processes):
    """Wait for a condition; fail if a process ends before, or if it takes too long."""
    end = monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert all(process.poll() is None for process in processes)
        assert monotonic() < end
        sleep(0.05)


def stop(*processes):
    """Stop processes by SIGTERM and wait for their ends."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(TIMEOUT_SECONDS)

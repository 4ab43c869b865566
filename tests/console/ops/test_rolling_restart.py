"""A rolling restart of two servers behind a load balancer, under load."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from tests.support.sockets import find_free_port

ROOT = Path(__file__).parents[3]
TIMEOUT_SECONDS = 60
CLIENTS = 6

CONFIGURATION = """
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  option redispatch
  retries 3
frontend pages
  bind 127.0.0.1:{balancer}
  monitor-uri /both-up
  monitor fail if {{ nbsrv(console) lt 2 }}
  default_backend console
backend console
  option httpchk GET /readyz
  timeout check 5s
  default-server check inter 200ms fall 1 rise 1
  server one 127.0.0.1:{one}
  server two 127.0.0.1:{two}
"""


@pytest.fixture
def haproxy():
    program = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must restart behind a real load balancer: install haproxy")
        pytest.skip("haproxy is not installed")
    return program


def start_server(database, port):
    environment = database.environment | {"DRAIN_SECONDS": "1", "WEB_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: is_ready(port), process)
    return process


def is_ready(port, path="/readyz"):
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}").status_code == 200
    except httpx.HTTPError:
        return False


def wait_until(condition, *processes):
    end = monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert all(process.poll() is None for process in processes)
        assert monotonic() < end
        sleep(0.05)


@contextmanager
def load(url):
    """Send requests from several threads; yield the list of their ``(status, seconds)``."""
    ended, results = threading.Event(), []

    def send():
        with httpx.Client() as client:
            while not ended.is_set():
                started = monotonic()
                try:
                    status = client.get(url).status_code
                except httpx.HTTPError:
                    status = 0
                results.append((status, monotonic() - started))

    threads = [threading.Thread(target=send) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield results
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_rolling_restart_loses_no_request(isolated_database, haproxy, tmp_path):
    balancer = find_free_port(3)
    ports = {"balancer": balancer, "one": balancer + 1, "two": balancer + 2}
    (tmp_path / "haproxy.cfg").write_text(CONFIGURATION.format(**ports))
    servers = {name: start_server(isolated_database, ports[name]) for name in ("one", "two")}
    proxy = subprocess.Popen([haproxy, "-f", str(tmp_path / "haproxy.cfg")])
    try:
        wait_until(lambda: is_ready(balancer, "/both-up"), proxy)
        with load(f"http://127.0.0.1:{balancer}/") as results:
            for name in servers:
                servers[name].send_signal(signal.SIGTERM)
                wait_until(lambda name=name: servers[name].poll() is not None)
                servers[name] = start_server(isolated_database, ports[name])
                wait_until(lambda: is_ready(balancer, "/both-up"), proxy)
    finally:
        for process in (proxy, *servers.values()):
            process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT_SECONDS)

    assert {status for status, _ in results} == {302}

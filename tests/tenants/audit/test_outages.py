"""The store of the record fails under load, and heals: what a console does meanwhile.

Once a way and for a second here; `make test-outages` does each 20 times, for 30 s or longer
than any limit in the code, the ways beside each other (`tests/outages.py`).
"""

import json
import os
import resource
import signal
import sqlite3
import threading
import time
from collections import deque
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tests.support.tenants_audit import DATABASE_ROLES
from tests.tenants.jobs.lifetimes import updates

TIMES = int(os.environ.get("OUTAGES", "1"))
FIRST, DOWN = map(float, os.environ.get("OUTAGE_SECONDS", "1 1").split())
WAY = os.environ.get("OUTAGE_WAY", "")  # that one alone
TOLD = os.environ.get("OUTAGES_TOLD", os.devnull)  # a file for the numbers
UNDER_WAY = 0.5  # seconds until what was sent before has ended
FIRSTS = range(100, 500, 100)  # the first service of each thread
HEALED = 5.0  # seconds until work goes on
PATIENCE = 120.0  # seconds, on a machine that has much to do
ACTING = """
import itertools, json, os, time
from django.db import close_old_connections
from django.test import Client
from pydantic import SecretStr
from tenants.authlete.errors import AuditUnavailableError, ConcurrentWriteError
from tenants.organizations.api_clients import connect_with_credential
from tenants.models import Credential, Organization
acme = Organization.objects.create(slug="acme", name="Acme")
credential = Credential(organization=acme, region="us").set_token(SecretStr("t0p"))
credential.save()
def told(**what):
    line = json.dumps(what | {"at": time.monotonic()})
    os.write(1, f"{line}\\n".encode())
def act(first):
    for number in itertools.cycle(range(first, first + 100)):
        close_old_connections()  # as each request and each round of a worker does
        try:
            service = connect_with_credential(credential, log).service(number)
            found = service.get()
            service.update(found.modified_at, {
                "accessTokenDuration": 7000 - found.get("accessTokenDuration")})
            told(act=True)
        except AuditUnavailableError as error:
            told(act=False, first=first, said=str(error))
        except ConcurrentWriteError:
            pass  # a lock that could not be given back runs out by itself
        except Exception as error:
            told(odd=repr(error))
        time.sleep(0.05)
for first in map(int, sys.argv[1:]):
    threading.Thread(target=act, args=(first,), daemon=True).start()
browser = Client(SERVER_NAME="localhost")
browser.get("/readyz")
def probe():
    while True:
        close_old_connections()  # the test client does not
        response = browser.get("/readyz")
        told(ready=response.status_code, said=response.content.decode())
        time.sleep(0.2)
threading.Thread(target=probe, daemon=True).start()
probe()  # as another does that has waited long enough for the first
"""


@pytest.fixture
def sandbox():
    """Acme's region us, with some services."""
    sandbox = Sandbox()
    sandbox.calls = deque()  # all of them are kept
    acme = sandbox.state.organization("acme", "Acme")
    sandbox.state.accept(ApiToken("t0p", acme, ORGANIZATION_PERMISSIONS))
    for number in range(100, 500):  # so many that hardly one is still locked
        sandbox.services[number] = {
            "apiKey": number,
            "serviceName": "Shop",
            "accessTokenDuration": 3000,
            "modifiedAt": 1,
        }
    return sandbox


class Heard:
    """What the process says while it works."""

    def __init__(self, process):
        self.lines = []
        self.process = process
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def end(self):
        """Kill the process, and hear it out before its output is closed."""
        self.process.kill()
        self._listening.join()

    def _listen(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def first(self, since, **wanted):
        """When something was first said after ``since``."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if match := self.within(since, end, **wanted):
                return match[0]["at"]
            assert self.process.poll() is None, "it died"
            time.sleep(0.02)
        raise AssertionError(f"never said {wanted}")

    def all_refused(self, since):
        """Wait until each thread has said that it was refused: what it was at before
        has ended by then.
        """
        for first in FIRSTS:
            self.first(since, act=False, first=first)

    def within(self, began, ended, **wanted):
        lines = [line for line in list(self.lines) if began <= line["at"] <= ended]
        return [line for line in lines if wanted.items() <= line.items()]


@contextmanager
def held_file(file, _):
    """Somebody else's transaction goes on and on."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full_disk(_, process):
    """Nothing can be written past the first page of any file."""
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def moved(file, _):
    """The file is not where it was; the process has it open, and could go on in it."""
    away = f"{file}.away"
    os.rename(file, away)
    yield
    os.rename(away, file)


@contextmanager
def slow(where, process):
    """Somebody else is always before one, for seconds at a time."""
    holder = held_head if where.startswith("postgresql:") else held_file
    ended = threading.Event()

    def hold():
        while not ended.is_set():
            with holder(where, process):
                ended.wait(2)
            time.sleep(0.3)

    holding = threading.Thread(target=hold)
    holding.start()
    yield
    ended.set()
    holding.join()


def _server(url):
    """A connection to the server, whatever becomes of the database."""
    server_connection = psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True)
    server_connection.execute("SET default_transaction_read_only = off")
    return closing(server_connection)


@contextmanager
def held_head(url, _):
    with closing(psycopg.connect(url)) as other:
        other.execute("SELECT 1 FROM audit_audithead FOR UPDATE")
        yield


@contextmanager
def read_only(url, _):
    with _server(url) as server:
        server.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        server.execute("SELECT pg_reload_conf()")
        yield
        server.execute("ALTER SYSTEM RESET default_transaction_read_only")
        server.execute("SELECT pg_reload_conf()")


@contextmanager
def revoked(url, _):
    """The console's role may not add to the record any more."""
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        owner.execute("REVOKE INSERT ON audit_auditrecord FROM meridian_console")
        yield
        owner.execute("GRANT INSERT ON audit_auditrecord TO meridian_console")


@contextmanager
def dropped(url, _):
    """Connections end, and no new one is taken."""
    name = url.rpartition("/")[2]
    with _server(url) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@contextmanager
def stalled(url, _):
    """The server takes what is sent to it, and says nothing; to whoever comes anew
    neither.
    """
    with _server(url) as server:
        rows = server.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s", [url.rpartition("/")[2]]
        ).fetchall()
        pids = [pid for (pid,) in rows]
        text = Path(f"/proc/{server.info.backend_pid}/stat").read_text()
        pids.append(int(text.rpartition(")")[2].split()[1]))  # who takes connections
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


WAYS: dict[str, list[Any]] = {
    "sqlite": [held_file, full_disk, moved, *[slow] * (TIMES > 1)],
    "postgresql": [held_head, read_only, revoked, dropped] + [slow, stalled] * (TIMES > 1),
}


def console(store):
    """Where its database is, to its owner; the console itself may do less."""
    url = store.environment["DATABASE_URL"]
    if url.startswith("sqlite:"):
        return url.removeprefix("sqlite:///")
    with psycopg.connect(url) as owner:
        owner.execute(DATABASE_ROLES)
    store.environment["DATABASE_URL"] = url.replace("me@", "meridian_console@")
    return url


def tell(**fields):
    with Path(TOLD).open("a") as file:
        file.write(f"{json.dumps(fields)}\n")


def test_outage_stops_actions_until_it_ends(isolated_database, sandbox):
    where = console(isolated_database)
    kind = where.partition(":")[0] if ":" in where else "sqlite"
    ways = [failure for failure in WAYS[kind] if WAY in ("", failure.__name__)]
    if not ways:
        pytest.skip(f"{WAY} is not a way for this database to fail")
    with SandboxServer(sandbox) as server:
        isolated_database.environment |= {
            "AUTHLETE_REGIONS": f"us={server.url('us')}",
            "INSECURE": "true",
        }
        with isolated_database.start_code(ACTING, *map(str, FIRSTS)) as process:
            output_reader = Heard(process)
            output_reader.first(0, act=True)
            output_reader.first(0, ready=200)
            for number, way in enumerate(ways * TIMES):
                with way(where, process):
                    began = time.monotonic()
                    if way is not slow:
                        output_reader.first(began, ready=503)
                    if way in (stalled, slow):  # each may hang at its own query
                        time.sleep(UNDER_WAY)
                    else:
                        output_reader.all_refused(began)
                    before = updates(sandbox).total()
                    time.sleep(DOWN if number else FIRST)
                    done = updates(sandbox).total() - before
                healed = time.monotonic()
                acted = output_reader.first(healed, act=True) - healed
                ready = output_reader.first(healed, ready=200) - healed
                refused = len(output_reader.within(began, healed, act=False))
                tell(
                    way=way.__name__,
                    down=healed - began,
                    done=done,
                    refused=refused,
                    acted=acted,
                    ready=ready,
                )

                assert done == 0 or way is slow
                assert max(acted, ready) <= HEALED
            output_reader.end()
        assert [line for line in output_reader.lines if "odd" in line] == []

    assert "Verified" in isolated_database.run_command("audit_verify").stdout
    known = set(isolated_database.run_code(KNOWN).stdout.split())
    request_ids = {call.request_id for call in sandbox.calls}
    assert request_ids <= known


KNOWN = "print('\\n'.join(AuditRecord.objects.values_list('entry', flat=True)))"

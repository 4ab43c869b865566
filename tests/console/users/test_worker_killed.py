"""A worker that is killed ten times while it revokes everything."""

import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from itertools import chain

import pytest

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tenants.sandbox.state import StoredGrant
from tests.support.clients import make_client
from tests.support.sockets import all_requests_answered
from tests.support.stores import IsolatedDatabase
from tests.support.users import SUBJECT, YESTERDAY, issue

SERVICES = range(100, 136)
CLIENTS = (1, 2)
KILLS = 10
LATENCY = 20  # milliseconds
PATIENCE = 60  # seconds
LONG_AGO = "2000-01-01 00:00:00"
# A lease that a worker has; one that is taken from it would let two be at the job.
HELD = f"SELECT count(*) FROM jobs_job WHERE lease_until > '{LONG_AGO}'"
START = """
from django.contrib.auth.models import User
from pydantic import SecretStr
from console.users.bulk_revocation import start_revoke_all
from console.users.lookups import OpenLookup, create_lookup
from console.web.access import Member
from tenants.models import Credential, Membership, Organization
from tenants.organizations.roles import Role
acme = Organization.objects.create(slug="acme", name="Acme")
Credential(organization=acme, region="us").set_token(SecretStr("t0p")).save()
nia = User.objects.create_user("nia@acme.example")
Membership.objects.create(organization=acme, user=nia, role=Role.HELP_DESK)
member = Member(nia, acme, Role.HELP_DESK, "a page", "")
lookup = OpenLookup(create_lookup(member, sys.argv[1]), sys.argv[1])
start_revoke_all(member, lookup, "Account taken over", "INC-7")
"""
# One worker after the other, each in a process of its own, identified by its number.
WORK = """
import os
from tenants.jobs import worker
worker.TICK_SECONDS = 0.1
while True:
    pid = os.fork()
    if not pid:
        process = worker.JobWorker(f"w{os.getpid()}")
        process.configure_signals()
        process.run()
    print(pid, flush=True)
    os.waitpid(pid, 0)
"""
READ_RECEIPT = """
import json
from django.contrib.auth.models import User
from console.models import Receipt
from console.users.receipt_export import receipt_data
from console.users.receipt_report import build_report
from console.web.access import Member
from tenants.organizations.roles import Role
receipt = Receipt.objects.get()
nia = User.objects.get()
member = Member(nia, receipt.organization, Role.HELP_DESK, "a page", "")
print(json.dumps(receipt_data(build_report(receipt, member))))
"""


@pytest.fixture
def sandbox():
    """Acme's region us; the subject has two apps at each service."""
    sandbox = Sandbox(latency=LATENCY)
    acme = sandbox.state.organization("acme", "Acme")
    sandbox.state.accept(ApiToken("t0p", acme, ORGANIZATION_PERMISSIONS))
    region = sandbox.region("us")
    region.services.clear()
    for number in SERVICES:
        name = f"Service {number}"
        region.services[number] = {"apiKey": number, "serviceName": name, "modifiedAt": 1}
        for client in CLIENTS:
            region.clients[number][client] = make_client(client)
            issue(sandbox, client, service=number)
            issue(sandbox, client, service=number, expires_at=YESTERDAY)
            issue(sandbox, client, service=number, subject="user-2")
            region.granted[number][client, SUBJECT] = StoredGrant(["a"], ["a"], 1)
    return sandbox


@pytest.fixture
def deployed(migrated_sqlite_file, tmp_path, sandbox):
    """A database whose region is the sandbox's."""
    file = tmp_path / "record.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    store = IsolatedDatabase(f"sqlite:///{file}")
    with SandboxServer(sandbox) as server:
        store.environment |= {"AUTHLETE_REGIONS": f"us={server.url('us')}", "INSECURE": "true"}
        yield store


def query_store(store, statement):
    file = store.environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, timeout=20)) as connection, connection:
        return connection.execute(statement).fetchall()


def until(reached):
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


@contextmanager
def working(store):
    """Gives a function that waits for the end of a worker and tells the process of the
    next one; none is left.
    """
    with store.start_code(WORK) as workers:
        told = []

        def next_one():
            told.append(int(workers.stdout.readline()))
            return told[-1]

        try:
            yield next_one
        finally:
            workers.kill()
            for worker in chain(told[-1:], map(int, workers.stdout)):
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)


def calls(sandbox, what):
    """How often each app of each service was asked for something."""
    return Counter(call.path for call in list(sandbox.calls) if what in call.path)


def test_killed_worker_repeats_nothing_and_the_receipt_is_correct(deployed, sandbox):
    port = int(deployed.environment["AUTHLETE_REGIONS"].rpartition(":")[2])
    began = deployed.run_code(START, SUBJECT)
    assert began.returncode == 0, began.stderr

    with working(deployed) as next_one:
        worker = next_one()
        for _ in range(KILLS):
            until(lambda: query_store(deployed, HELD) == [(1,)])
            enough = len(sandbox.calls) + random.randint(3, 30)
            until(lambda enough=enough: len(sandbox.calls) >= enough)
            os.kill(worker, signal.SIGKILL)
            worker = next_one()  # once that one is gone
            until(lambda: all_requests_answered(port))
            query_store(deployed, f"UPDATE jobs_job SET lease_until = '{LONG_AGO}'")
        assert query_store(deployed, "SELECT state FROM jobs_job") == [("running",)]
        until(lambda: query_store(deployed, "SELECT state FROM jobs_job") == [("done",)])

    apps = len(SERVICES) * len(CLIENTS)
    for operation in ("authorization/delete", "granted_scopes/delete"):
        operations = calls(sandbox, operation)
        assert (len(operations), set(operations.values())) == (apps, {1}), operation
    tokens = sandbox.region("us").tokens
    assert {token.subject for number in SERVICES for token in tokens[number]} == {"user-2"}
    result = deployed.run_code(READ_RECEIPT)
    assert result.returncode == 0, result.stderr
    receipt = json.loads(result.stdout)
    assert receipt["proven"] is True
    assert receipt["tokens"] == {
        "live_before": apps,
        "expired_before": apps,
        "not_looked_at_before": 0,
        "ended": 2 * apps,
        "live_after": 0,
        "apps_not_counted": 0,
    }
    assert receipt["scopes_forgotten"] == apps
    assert len(receipt["services"]) == len(SERVICES)
    assert "Verified" in deployed.run_command("audit_verify").stdout

"""Workers in processes of their own, over real sockets, ended at any moment.

What a killed worker had locked stays so for half a minute, in which its last call may
still be under way. Here it is let go once that call has been answered.
"""

import random
import signal
from contextlib import ExitStack

import pytest

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tests.support.job_processes import TIMEOUT_SECONDS, query_database, wait_until
from tests.support.sockets import all_requests_answered
from tests.tenants.jobs.lifetimes import LIFETIME, updates

SERVICES = range(100, 130)
SHORT = """
from django.conf import settings
settings.JOB_LEASE = float(sys.argv[1])
from tenants.jobs import failure_policy, worker
worker.TICK_SECONDS = failure_policy.FIRST_DELAY_SECONDS = 0.2
from tests.tenants.jobs.lifetimes import register
register()
register("test.once", repeatable=False)
register("test.many", concurrency=4)
from tenants.jobs import control
from tenants.jobs.models import NewItem
"""
START = (
    SHORT
    + """
from django.contrib.auth.models import User
from pydantic import SecretStr
from tenants.models import Credential, Membership, Organization
acme = Organization.objects.create(slug="acme", name="Acme")
Credential(organization=acme, region="us").set_token(SecretStr("t0p")).save()
user = User.objects.create_user("ed@acme.example")
Membership.objects.create(organization=acme, user=user, role="editor")
for name in sys.argv[3:]:
    control.start_job(
        Actor(user.pk, user.username, "editor", acme.pk, "acme"), acme, sys.argv[2], name,
        [NewItem("us", one, payload={"accessTokenDuration": 600})
         for one in range(*map(int, name.split("-")))],
        reason="Shorter",
    )
"""
)
WORK = (
    SHORT
    + """
import os
worker = worker.JobWorker(f"w{os.getpid()}")
worker.configure_signals()
worker.run()
"""
)


@pytest.fixture
def sandbox():
    """Acme's region us, with a service for each item."""
    sandbox = Sandbox(latency=20)
    acme = sandbox.state.organization("acme", "Acme")
    sandbox.state.accept(ApiToken("t0p", acme, ORGANIZATION_PERMISSIONS))
    for number in SERVICES:
        sandbox.services[number] = {
            "apiKey": number,
            "serviceName": f"Service {number}",
            LIFETIME: 3600,
            "modifiedAt": 1,
        }
    return sandbox


@pytest.fixture
def deployed(isolated_database, sandbox):
    """A database whose regions are those of the sandbox."""
    with SandboxServer(sandbox) as server:
        isolated_database.environment |= {
            "AUTHLETE_REGIONS": f"us={server.url('us')}",
            "INSECURE": "true",
        }
        yield isolated_database


def start(store, *jobs, kind="test.lifetime"):
    began = store.run_code(START, "1", kind, *jobs)
    assert began.returncode == 0, began.stderr


def jobs(store):
    return [state for (state,) in query_database(store, "SELECT state FROM jobs_job")]


def items(store):
    """How many came to what."""
    return dict(query_database(store, "SELECT state, COUNT(*) FROM jobs_item GROUP BY state"))


def working(store, lease=2):
    """A worker, and how many seconds after its end another takes its job over."""
    return store.start_code(WORK, str(lease))


def let_go(store):
    """What the worker that is gone had locked can be locked by the next one."""
    port = int(store.environment["AUTHLETE_REGIONS"].rpartition(":")[2])
    wait_until(lambda: all_requests_answered(port))
    query_database(store, "UPDATE tenants_writelease SET until = '2000-01-01 00:00:00'")


def over(store, state):
    return lambda: set(jobs(store)) == {state}


def test_killed_worker_repeats_no_item(deployed, sandbox):
    start(deployed, "100-130", kind="test.many")
    for _ in range(3):
        calls = len(sandbox.calls)
        wanted = random.randint(1, 9)
        with working(deployed) as process:
            wait_until(lambda calls=calls, more=wanted: len(sandbox.calls) >= calls + more)
            process.kill()
        let_go(deployed)

    with working(deployed):
        wait_until(over(deployed, "done"))

    assert updates(sandbox) == dict.fromkeys(SERVICES, 1)
    rows = items(deployed)
    assert rows.pop("done", 0) + rows.pop("same", 0) == len(SERVICES)
    assert not rows
    assert "Verified" in deployed.run_command("audit_verify").stdout


def test_interrupted_item_of_an_unrepeatable_kind_is_unknown(deployed, sandbox):
    slow = sandbox.fault("delay", operation="service.update", delay=30_000, times=1)
    start(deployed, "100-103", kind="test.once")
    with working(deployed) as process:
        wait_until(lambda: slow.times == 0)
        process.kill()

    with working(deployed):
        wait_until(over(deployed, "paused"))

    assert items(deployed) == {"unknown": 1, "pending": 2}
    assert updates(sandbox)[100] <= 1


def test_terminated_worker_finishes_the_running_item(deployed, sandbox):
    start(deployed, "100-130")
    with working(deployed) as process:
        wait_until(lambda: len(sandbox.calls) > 5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 0

    assert "running" not in items(deployed)

    with working(deployed):
        wait_until(over(deployed, "done"))
    assert updates(sandbox) == dict.fromkeys(SERVICES, 1)


def test_workers_share_jobs_but_never_one_job(deployed, sandbox):
    start(deployed, "100-110", "110-120", "120-130")

    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(working(deployed, lease=45))
        wait_until(over(deployed, "done"))

    assert updates(sandbox) == dict.fromkeys(SERVICES, 1)
    assert items(deployed) == {"done": 30}

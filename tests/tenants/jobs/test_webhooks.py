"""Webhook deliveries by a worker that is killed."""

import json
import random
import time
from threading import Event

import pytest

from tests.support.job_processes import TIMEOUT_SECONDS, query_database, wait_until
from tests.support.webhook_receiver import run_webhook_receiver

ROWS = 60
SENT_ROWS = "SELECT entry, phase FROM audit_auditrecord ORDER BY seq"
POSITIONS = "SELECT position FROM console_webhook"
START = """
from console.models import Webhook
from console.models.webhooks import generate_secret
from tenants.models import Organization
acme = Organization.objects.create(slug="acme", name="Acme")
for url in sys.argv[2:]:
    hook = Webhook(organization=acme, name=url[-5:], created_by="ida", position=0)
    hook.set_secret(generate_secret()).set_url(url, url).save()
for _ in range(int(sys.argv[1])):
    audited()
"""
WORK = """
from datetime import timedelta
from console.webhooks import payloads, delivery
from tenants.jobs import worker as jobs_worker
delivery.LOCK_DURATION, payloads.MAX_ROWS = timedelta(seconds=1), 5
worker = jobs_worker.JobWorker("w")
worker.configure_signals()
worker.run()
"""


@pytest.fixture
def deployed(isolated_database):
    isolated_database.environment |= {"INSECURE": "true", "WEBHOOK_PRIVATE_HOSTS": "127.0.0.1"}
    return isolated_database


def moment():
    time.sleep(0.05)
    return 204


def test_killed_worker_repeats_deliveries_under_the_same_id(deployed):
    """Meanwhile another webhook takes its time, and holds nobody up."""
    ended = Event()

    def hold():
        ended.wait(TIMEOUT_SECONDS)
        return 204

    with run_webhook_receiver() as slow, run_webhook_receiver() as quick:
        slow.answers = [hold] * 999
        quick.answers = [moment] * 999
        began = deployed.run_code(START, str(ROWS // 2), slow.url, quick.url)
        assert began.returncode == 0, began.stderr
        for _ in range(2):
            wanted = len(quick.requests) + random.randint(1, 4)
            with deployed.start_code(WORK) as process:
                wait_until(lambda wanted=wanted: len(quick.requests) >= wanted)
                process.kill()
        with deployed.start_code(WORK):
            wait_until(lambda: (ROWS,) in query_database(deployed, POSITIONS))
            assert (0,) in query_database(deployed, POSITIONS)
            ended.set()

    bodies: dict[str, bytes] = {}
    for request in quick.requests:
        same = bodies.setdefault(request.headers["webhook-id"], request.body)
        assert same == request.body
    rows = [
        (row["entry"], row["phase"]) for body in bodies.values() for row in json.loads(body)["data"]
    ]
    assert rows == query_database(deployed, SENT_ROWS)

"""Processes that change things at Authlete are killed at random moments.

Five times here; `make test-kills` does it 200 times.
"""

import os
import random
import signal
import threading
import time
from collections import Counter, deque

import pytest

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer

KILLS = int(os.environ.get("KILLS", "5"))
LONGEST = 0.8  # seconds until one is killed
SERVICES = range(1000, 3000)  # so many that hardly one is still locked
PATIENCE = 90.0  # seconds, on a machine that has much to do
# One after the other, each told by its number, and each entry once it is closed.
WORK = """
import os, random
from pydantic import SecretStr
from tenants.organizations.api_clients import connect_with_credential
from tenants.models import Credential, Organization
acme = Organization.objects.create(slug="acme", name="Acme")
credential = Credential(organization=acme, region="us").set_token(SecretStr("t0p"))
credential.save()
class ReportingSink(AuditLogSink):
    def record_outcomes(self, outcomes, *, wait=True):
        super().record_outcomes(outcomes, wait=wait)
        for end in outcomes if wait else ():
            os.write(1, f"{end.entry_id} {end.outcome}\\n".encode())
def work():
    sink = ReportingSink(Actor(1, "ida", organization_id=acme.pk))
    while True:
        service = connect_with_credential(credential, sink).service(random.randrange(1000, 3000))
        found = service.get()
        wanted = found.get("accessTokenDuration") + 1
        service.update(found.modified_at, {"accessTokenDuration": wanted})
connection.close()
while True:
    pid = os.fork()
    if not pid:
        for _ in range(4):
            threading.Thread(target=work).start()
        threading.Event().wait()
    os.write(1, f"{pid} begun\\n".encode())
    os.waitpid(pid, 0)
"""
KEPT = """
for entry, outcome in AuditEntry.objects.values_list("entry", "outcome"):
    print(entry, outcome or "open")
"""


@pytest.fixture
def sandbox():
    """Acme's region us, with many services."""
    sandbox = Sandbox(latency=5)
    sandbox.calls = deque()  # all of them are kept
    acme = sandbox.state.organization("acme", "Acme")
    sandbox.state.accept(ApiToken("t0p", acme, ORGANIZATION_PERMISSIONS))
    for number in SERVICES:
        sandbox.services[number] = {
            "apiKey": number,
            "serviceName": "Shop",
            "accessTokenDuration": 600,
            "modifiedAt": 1,
        }
    return sandbox


def test_killed_process_leaves_a_verified_log_without_repeats(isolated_database, sandbox, capsys):
    begun, outcomes = [], {}

    def listen(process):
        for line in process.stdout:
            kind, text = line.split(maxsplit=1)
            if text == "begun\n":
                begun.append(int(kind))
            elif line.endswith("\n"):
                outcomes[kind] = text.strip()

    def until(reached):
        end = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < end, "it did not come to that"
            time.sleep(0.005)

    with SandboxServer(sandbox) as server:
        isolated_database.environment |= {
            "AUTHLETE_REGIONS": f"us={server.url('us')}",
            "INSECURE": "true",
        }
        with isolated_database.start_code(WORK) as process:
            listening = threading.Thread(target=listen, args=(process,), daemon=True)
            listening.start()
            for kill in range(KILLS):
                known = len(outcomes)
                until(lambda kill=kill: len(begun) > kill)
                if kill % 4:  # the others may die before they have done anything
                    until(lambda known=known: len(outcomes) > known)
                time.sleep(random.uniform(0, LONGEST))
                os.kill(begun[kill], signal.SIGKILL)
            until(lambda: len(begun) > KILLS)
            known, started = len(outcomes), time.monotonic()
            until(lambda: len(outcomes) > known)
            healthy = time.monotonic() - started
            os.kill(process.pid, signal.SIGKILL)
            os.kill(begun[KILLS], signal.SIGKILL)
            listening.join()  # to the end of what they said, before it is closed

    verified = isolated_database.run_command("audit_verify").stdout
    stored = dict(
        line.split(maxsplit=1) for line in isolated_database.run_code(KEPT).stdout.splitlines()
    )
    sent_ids = [call.request_id for call in sandbox.calls]
    with capsys.disabled():
        if KILLS > 5:  # somebody wants the numbers
            fates = dict(Counter(stored.values()))
            print(f"{KILLS} kills, {len(sent_ids)} calls, entries {fates}: {verified}")
            print(f"the last one worked after {healthy:.2f} s")

    assert "Verified" in verified
    assert len(sent_ids) > KILLS
    assert set(sent_ids) <= set(stored)
    assert len(set(sent_ids)) == len(sent_ids)
    assert {entry: stored.get(entry) for entry in outcomes} == outcomes
    # Of each process, what its four threads were at may stay open, and no more.
    assert list(stored.values()).count("open") <= 4 * (KILLS + 1)

"""A batch of 10,000 tokens with three bad lines: corrected, tried, run, and watched to
its end while console and worker are started anew. No value of a token is anywhere but
in the file and at Authlete.

Console and worker are processes of their own, over real sockets.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tests.support.sockets import find_free_port

ROOT = Path(__file__).parents[2]
CANARY = "kestrel-4471-canary"
PASSWORD = "plum orbit ladder seven"
LINES = 10_000
BAD = {  # line, and what is done to it; with the column and words of its fault
    4: ({"scopes": ["openid", "loans"]}, "doesn't support this scope"),
    5_000: ({"grantType": "PASSWORD"}, "doesn't support this grant type"),
    9_999: ({"accessToken": f"{CANARY}-00001"}, "on line 1"),
}
SETUP = """
import django
django.setup()
from django.contrib.auth.models import User
from pydantic import SecretStr
from tenants.models import Credential, Membership, Organization
acme = Organization.objects.create(slug="acme", name="Acme")
Credential(organization=acme, region="us").set_token(SecretStr("t0p")).save()
user = User.objects.create_user("ada@acme.example", "ada@acme.example", {password!r})
Membership.objects.create(organization=acme, user=user, role="admin")
"""
PATIENCE = 90_000  # milliseconds


class Deployment:
    """A database, a console and a worker."""

    def __init__(self, home, region):
        self.home = home
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._running = []
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "console.settings",
            "DATABASE_URL": f"sqlite:///{home / 'meridian.sqlite3'}",
            "STATIC_ROOT": str(home / "static"),
            "AUTHLETE_REGIONS": f"us={region}",
            "INSECURE": "true",
            "WEB_CONCURRENCY": "1",
            "CONSOLE_URL": self.url,
            "EMAIL_URL": f"file://{home / 'mail'}",
        }

    def prepare(self):
        self.run("manage.py", "migrate", "--verbosity=0")
        self.run("manage.py", "collectstatic", "--verbosity=0", "--no-input")
        self.run("-c", SETUP.format(password=PASSWORD))

    def run(self, *command):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=self.environment, check=True)

    def start(self):
        self._start("console", "-m", "gunicorn", f"--bind=127.0.0.1:{self.port}")
        self._start("worker", "manage.py", "worker")
        end = time.monotonic() + PATIENCE / 1000
        while True:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                assert time.monotonic() < end
            time.sleep(0.1)

    def stop(self):
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        for process in self._running:
            process.wait(60)
        self._running = []

    def kept(self):
        """Yield all files of the deployment except static files: database, logs, mail."""
        for path in self.home.rglob("*"):
            if path.is_file() and "static" not in path.parts:
                yield path.name, path.read_bytes()

    def _start(self, name, *command):
        with (self.home / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self._running.append(process)


@pytest.fixture
def sandbox():
    sandbox = Sandbox()
    acme = sandbox.state.organization("acme", "Acme")
    sandbox.state.accept(ApiToken("t0p", acme, ORGANIZATION_PERMISSIONS))
    sandbox.services[17] = {
        "apiKey": 17,
        "serviceName": "Shop",
        "modifiedAt": 1,
        "accessTokenDuration": 3600,
        "supportedGrantTypes": ["AUTHORIZATION_CODE"],
        "supportedScopes": [{"name": "openid"}],
    }
    sandbox.clients[5] = {"clientId": 5, "clientName": "Till"}
    return sandbox


@pytest.fixture
def deployment(sandbox, tmp_path):
    with SandboxServer(sandbox) as server:
        deployment = Deployment(tmp_path, server.url("us"))
        deployment.prepare()
        deployment.start()
        try:
            yield deployment
        finally:
            deployment.stop()


def file(path, bad=()):
    with path.open("w") as out:
        for number in range(1, LINES + 1):
            entry = {
                "grantType": "AUTHORIZATION_CODE",
                "clientId": 5,
                "subject": f"cust-{number}",
                "scopes": ["openid"],
                "accessToken": f"{CANARY}-{number:05d}",
            }
            if number in bad:
                entry |= bad[number][0]
            out.write(json.dumps(entry) + "\n")
    return path


@pytest.mark.slow
def test_batch_of_ten_thousand_tokens_survives_a_restart(
    sandbox, deployment, new_context, browser_log, tmp_path_factory
):
    browser_log.home = deployment.url
    mine = tmp_path_factory.mktemp("mine")  # the person's own disk
    page = new_context(base_url=deployment.url).new_page()
    page.set_default_timeout(PATIENCE)
    texts = []

    def record_answer(route):
        if route.request.method == "POST":  # whose file would be lost on this way
            route.continue_()
            return
        answer = route.fetch(max_redirects=0)
        texts.append(answer.text())
        route.fulfill(response=answer)

    page.route(re.compile(r"/acme/"), record_answer)

    def clean():
        """What was kept and answered so far."""
        for name, data in deployment.kept():
            assert CANARY.encode() not in data, name
        assert not [text for text in texts if CANARY in text]

    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("ada@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Acme").wait_for()

    # Uploaded with three bad lines.
    page.goto("/acme/services/us/17/batches/new/")
    page.locator("#id_file").set_input_files(file(mine / "tokens.jsonl", BAD))
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("issues found", exact=True)).to_be_visible(timeout=PATIENCE)
    for number, (_, words) in BAD.items():
        row = page.get_by_role("row", name=f"{number:,}")
        expect(row.first).to_contain_text(words)
    assert not [call for call in sandbox.calls if call.operation.startswith("token")]
    clean()

    # Corrected, and tried.
    page.get_by_role("link", name="Upload fixed file").click()
    page.locator("#id_file").set_input_files(file(mine / "corrected.jsonl"))
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("All 10,000 lines are valid")).to_be_visible(timeout=PATIENCE)
    clean()
    page.get_by_role("button", name="Start dry run").click()
    expect(page.get_by_text("dry run passed", exact=True)).to_be_visible(timeout=PATIENCE)
    assert not sandbox.region("us").tokens[17]

    # Run, and started anew while Authlete works on all of it.
    sandbox.state.batching.delay = 3_600_000
    page.get_by_role("link", name="Submit").click()
    expect(page.get_by_text("10,000 of 10,000")).to_be_visible()
    page.get_by_label("Reason").fill("The old platform ends")
    page.get_by_role("button", name="Create 10,000 tokens").click()
    sent = re.compile(r"20 of 20 requests sent, 0 of 10,000 tokens created")
    expect(page.get_by_text(sent)).to_be_visible(timeout=PATIENCE)
    deployment.stop()
    clean()
    for batch in sandbox.region("us").batches.values():
        batch.due_at = 0
    deployment.start()
    expect(page.get_by_text("10,000 tokens were created.")).to_be_visible(timeout=PATIENCE)

    # The page rests, each token is there once, and nothing of the file is left.
    expect(page.locator("[hx-trigger^=every]")).to_have_count(0)
    created = [token.access_token for token in sandbox.region("us").tokens[17]]
    assert sorted(created) == [f"{CANARY}-{n:05d}" for n in range(1, LINES + 1)]
    page.goto("/acme/")
    expect(page.get_by_text("Your batch corrected.jsonl: succeeded")).to_be_visible()
    for path in ("/acme/batches/", "/acme/jobs/", "/acme/audit/"):
        page.goto(path)
    clean()
    assert len(texts) > 10

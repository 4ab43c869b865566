"""A rolling restart of two servers behind a load balancer, under load."""

import itertools
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic

import httpx

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tests.support.forms import fill_form
from tests.support.servers import is_up, start_gunicorn, stop, wait_until
from tests.support.sockets import find_free_port

CLIENTS = 6
EDITED_SERVICES = range(101, 105)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SIGN_IN = """
import time
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from pydantic import SecretStr
from console.accounts.sessions import SessionStore
from tenants.models import Credential, Membership, Organization
acme = Organization.objects.create(slug="acme", name="Acme")
Credential(organization=acme, region="us").set_token(SecretStr("t0p")).save()
user = User.objects.create_user("ed@acme.example")
Membership.objects.create(organization=acme, user=user, role="editor")
request = HttpRequest()
request.session = session = SessionStore()
login(request, user, settings.AUTHENTICATION_BACKENDS[0])
session.update({"began": int(time.time()), "seen": int(time.time())})
session.save()
print(session.cookie_key)
"""

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


def start_server(database, port):
    environment = database.environment | {"DRAIN_SECONDS": "1", "WEB_CONCURRENCY": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = start_gunicorn(port, environment, **quiet)
    wait_until(lambda: is_up(port), process)
    return process


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


@contextmanager
def balanced_servers(database, haproxy, folder):
    """Run two servers behind a load balancer; yield its URL and a function that restarts both."""
    balancer = find_free_port(3)
    ports = {"balancer": balancer, "one": balancer + 1, "two": balancer + 2}
    (folder / "haproxy.cfg").write_text(CONFIGURATION.format(**ports))
    servers = {name: start_server(database, ports[name]) for name in ("one", "two")}
    proxy = subprocess.Popen([haproxy, "-f", str(folder / "haproxy.cfg")])

    def restart():
        for name in servers:
            stop(servers[name])
            servers[name] = start_server(database, ports[name])
            wait_until(lambda: is_up(balancer, "/both-up"), proxy)

    try:
        wait_until(lambda: is_up(balancer, "/both-up"), proxy)
        yield f"http://127.0.0.1:{balancer}", restart
    finally:
        stop(proxy, *servers.values())


def test_rolling_restart_loses_no_request(isolated_database, haproxy, tmp_path):
    with (
        balanced_servers(isolated_database, haproxy, tmp_path) as (url, restart),
        load(f"{url}/") as results,
    ):
        restart()

    assert {status for status, _ in results} == {302}


def edit_repeatedly(url, cookie, service_id, ended, results):
    """Change a setting in three requests, again and again; keep the responses to the saves."""
    path = f"/acme/services/us/{service_id}"
    with httpx.Client(base_url=url, cookies={"session": cookie}, timeout=30) as browser:
        for hours in itertools.count(2):
            if ended.is_set():
                return
            duration = {"access_token_duration": str(hours), "access_token_duration__unit": "hours"}
            body = fill_form(browser.get(f"{path}/edit/tokens/"), "base", **duration)
            browser.post(f"{path}/edit/tokens/", content=body, headers=FORM)
            body = fill_form(browser.get(f"{path}/review/"), "reviewed", reason="Longer")
            results.append(browser.post(f"{path}/review/", content=body, headers=FORM))


def test_edits_are_saved_during_a_rolling_restart(isolated_database, haproxy, tmp_path):
    sandbox = Sandbox(latency=20)
    acme = sandbox.state.organization("acme", "Acme")
    sandbox.state.accept(ApiToken("t0p", acme, ORGANIZATION_PERMISSIONS))
    for number in EDITED_SERVICES:
        sandbox.services[number] = {"apiKey": number, "serviceName": "A", "modifiedAt": 1}
    ended = threading.Event()
    results: list[httpx.Response] = []
    with SandboxServer(sandbox) as server:
        isolated_database.environment |= {
            "AUTHLETE_REGIONS": f"us={server.url('us')}",
            "INSECURE": "true",
            "REQUIRE_MFA": "false",
            "STATIC_ROOT": str(tmp_path / "static"),
        }
        isolated_database.run_command("collectstatic", "--no-input")
        cookie = isolated_database.run_code(SIGN_IN).stdout.strip()
        with (
            balanced_servers(isolated_database, haproxy, tmp_path) as (url, restart),
            ThreadPoolExecutor() as editors,
        ):
            edits = [
                editors.submit(edit_repeatedly, url, cookie, number, ended, results)
                for number in EDITED_SERVICES
            ]
            try:
                restart()
            finally:
                ended.set()
            for edit in edits:
                edit.result()

    assert len(results) > len(EDITED_SERVICES)
    locations = [response.headers.get("Location", "") for response in results]
    assert [place for place in locations if "/saved/" not in place] == []

"""From README to a reviewed edit: a closed network, PostgreSQL with the roles of compose.yaml.

Authlete has a certificate of a private authority and is behind a proxy that asks for a
password. The console is behind HAProxy, which speaks TLS.
"""

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import httpx
import psycopg
import pytest
import yaml

from console.ops.env_file import parse_env
from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.server import SandboxServer
from tests.support.accounts import PASSWORD, SETUP
from tests.support.forms import URLENCODED, fill_form
from tests.support.http_proxy import run_http_proxy
from tests.support.members import current_code
from tests.support.servers import is_up, start_gunicorn, stop, wait_until
from tests.support.sockets import find_free_port
from tests.support.stores import POSTGRESQL_PROGRAMS, ROOT
from tests.support.tls import Issuer

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
CONSOLE, REGION, IDP = "console.acme.test", "us.authlete.test", "login.authlete.test"
SERVICE = "/acme/services/us/17/"
HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option forwardfor
listen console
  bind 127.0.0.1:{ports.proxy} ssl crt {folder}/console.pem
  http-request set-header X-Forwarded-Proto https
  server console 127.0.0.1:{ports.console}
listen region
  bind 127.0.0.1:{ports.region} ssl crt {folder}/region.pem
  server region {servers[us]}
listen idp
  bind 127.0.0.1:{ports.idp} ssl crt {folder}/idp.pem
  server idp {servers[idp]}
"""
ENV = """
EMAIL_URL=
AUDIT_SINKS=file://{folder}/checkpoints.jsonl
STATIC_ROOT={folder}/static
WEB_CONCURRENCY=1
DRAIN_SECONDS=0
AUTHLETE_REGIONS=us=https://{region}:{ports.region}
AUTHLETE_IDPS=us=https://{idp}:{ports.idp}
AUTHLETE_PROXY='http://meridian:p%2Fw@127.0.0.1:{egress}'
AUTHLETE_CA_FILE={ca_file}
"""


class Deployment:
    """The services of compose.yaml as processes, with the settings of an ``.env``."""

    def __init__(self, folder, database_port):
        self.env_file = folder / ".env"
        self._database = f"@127.0.0.1:{database_port}/"

    def create_env_file(self):
        """Run `manage.py setup` on a host that has Python and no packages."""
        setup = ["manage.py", "setup", f"--host={CONSOLE}", f"--env-file={self.env_file}"]
        command = [sys.executable, "-S", *setup]
        result = subprocess.run(
            command, cwd=ROOT, check=False, env={}, capture_output=True, text=True
        )
        assert "Not checked: run it again" in result.stderr

    def environment(self, service):
        """Return the settings that compose.yaml gives a service."""
        values = parse_env(self.env_file.read_text())
        given = {"PATH": os.environ["PATH"]} | (values if "env_file" in COMPOSE[service] else {})
        for name, text in COMPOSE[service]["environment"].items():
            value = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: values[match[1]], text)
            given[name] = value.replace("@database/", self._database)
        return given

    def manage(self, service, *arguments, **options):
        """Run a command in a service; return what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        return run(command, env=self.environment(service), **options)

    def grant_roles(self):
        """Run the service that creates the roles and their passwords."""
        (script,) = COMPOSE["roles"]["command"]
        script = script.replace("$$", "$").replace("/roles.sql", "deploy/postgresql-roles.sql")
        environment = self.environment("roles")
        environment["PATH"] = f"{POSTGRESQL_PROGRAMS[-1]}:{environment['PATH']}"
        run(["sh", "-c", script], env=environment)


def run(command, **options):
    result = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, **options
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def sandbox():
    sandbox = Sandbox()
    acme = sandbox.state.organization("acme", "Acme")
    sandbox.state.accept(ApiToken("t0p", acme, ORGANIZATION_PERMISSIONS))
    sandbox.services[17] = {"apiKey": 17, "serviceName": "Shop", "accessTokenDuration": 3600}
    return sandbox


@pytest.fixture
def egress():
    """The only way to Authlete."""
    with run_http_proxy() as proxy:
        proxy.login = "meridian:p/w"
        yield proxy


@pytest.fixture
def ports():
    first = find_free_port(4)
    return SimpleNamespace(proxy=first, console=first + 1, region=first + 2, idp=first + 3)


@pytest.fixture
def issuer(sandbox, haproxy, ports, tmp_path):
    """Run HAProxy before console and Authlete, with certificates of this private authority."""
    issuer = Issuer("corp-ca")
    for name, host in {"console": CONSOLE, "region": REGION, "idp": IDP}.items():
        issuer.write_certificate(tmp_path / f"{name}.pem", host=host)
    with SandboxServer(sandbox) as server:
        servers = {name: server.url(name).removeprefix("http://") for name in ("us", "idp")}
        configuration = HAPROXY.format(ports=ports, folder=tmp_path, servers=servers)
        (tmp_path / "haproxy.cfg").write_text(configuration)
        process = subprocess.Popen([haproxy, "-f", str(tmp_path / "haproxy.cfg")])
        yield issuer
        stop(process)


@pytest.fixture
def deployment(postgresql_with_passwords, issuer, egress, ports, tmp_path):
    """An ``.env`` of `manage.py setup` with an operator's settings, and migrated tables."""
    database_port, administrator = postgresql_with_passwords
    deployment = Deployment(tmp_path, database_port)
    deployment.create_env_file()
    with deployment.env_file.open("a") as file:
        values = {"folder": tmp_path, "ports": ports, "region": REGION, "idp": IDP}
        file.write(ENV.format(egress=egress.port, ca_file=issuer.write_ca(tmp_path), **values))
    password = parse_env(deployment.env_file.read_text())["POSTGRES_PASSWORD"]
    with psycopg.connect(administrator, autocommit=True) as connection:
        # The image's owner is a superuser; it needs no more than this.
        connection.execute(f"CREATE ROLE meridian LOGIN CREATEROLE PASSWORD '{password}'")
        connection.execute("CREATE DATABASE meridian OWNER meridian")
    deployment.manage("migrate", "migrate", "--no-input")
    deployment.grant_roles()
    return deployment


@pytest.fixture
def processes(deployment, ports, tmp_path):
    """Run console and worker; fail if either logs an error."""
    deployment.manage("console", "collectstatic", "--no-input")
    logs = tmp_path / "logs"
    with logs.open("a") as output:
        streams = {"stdout": output, "stderr": output}
        console = start_gunicorn(ports.console, deployment.environment("console"), **streams)
        command = [sys.executable, "manage.py", "worker"]
        worker = subprocess.Popen(
            command, cwd=ROOT, env=deployment.environment("worker"), **streams
        )
        wait_until(lambda: is_up(ports.console), console, worker)
        yield
        stop(console, worker)
    lines = map(json.loads, logs.read_text().splitlines())
    assert [line for line in lines if line["level"] not in ("INFO", "WARNING")] == []


@pytest.fixture
def ida(issuer, ports, names):
    """A browser that trusts the authority and resolves the console's name."""
    names[CONSOLE] = lambda: ["127.0.0.1"]
    url = f"https://{CONSOLE}:{ports.proxy}"
    with httpx.Client(
        base_url=url, verify=issuer.trust(), headers={"Origin": url}, timeout=30
    ) as client:
        yield client


def submit(browser, page, field, **entered):
    """Fill in and send the form of a page that has a field."""
    body = fill_form(page, field, **entered)
    return browser.post(page.url, content=body, headers={"Content-Type": URLENCODED})


def test_edit_is_saved_and_verified(deployment, processes, ida, sandbox, egress, ports, tmp_path):
    token = {"input": "t0p\n"}
    deployment.manage("console", "add_organization", "--slug=acme", "--name=Acme")
    deployment.manage("console", "add_credential", "--organization=acme", "--region=us", **token)
    member = ("--organization=acme", "--email=ida@acme.test", "--role=admin")
    invited = deployment.manage("console", "add_member", *member)

    (link,) = re.findall(rf"https://{CONSOLE}(/\S+)", invited)
    join(ida, link)
    hours = {"access_token_duration": "2", "access_token_duration__unit": "hours"}
    submit(ida, ida.get(f"{SERVICE}edit/tokens/"), "base", **hours)
    saved = submit(ida, ida.get(f"{SERVICE}review/"), "reviewed", reason="Fewer sign-ins")

    assert "/saved/" in saved.headers["Location"]
    assert sandbox.services[17]["accessTokenDuration"] == 7200
    checked = dict(
        line.split(": ", 1) for line in deployment.manage("worker", "setup").splitlines()
    )
    assert checked.pop("mail").startswith("EMAIL_URL is not set")
    region = f"https://{REGION}:{ports.region} through 127.0.0.1:{egress.port}"
    assert checked.keys() >= {"database", "worker", "clock", region}
    assert set(checked.values()) == {"ok"}
    assert set(egress.targets) == {f"{REGION}:{ports.region}", f"{IDP}:{ports.idp}"}
    anchor = tmp_path / "anchor.jsonl"
    deployment.manage("worker", "audit_checkpoint", f"--out={anchor}")
    verified = deployment.manage("worker", "audit_verify", f"--anchor={anchor}")
    assert "Matches" in verified


def join(browser, link):
    """Accept an invitation, sign in and set up an authenticator app."""
    browser.get(link)
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    submit(browser, browser.get("/accounts/invitation/"), "password1", **passwords)
    login = {"login": "ida@acme.test", "password": PASSWORD}
    submit(browser, browser.get("/accounts/login/"), "login", **login)
    page = browser.get(SETUP)
    seed = re.findall(r"\b[A-Z2-7]{32}\b", page.text)[0]
    submit(browser, page, "code", code=current_code(seed))

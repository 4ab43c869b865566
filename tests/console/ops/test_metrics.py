"""Metrics for Prometheus."""

import json
import re
import socket
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import httpx
import pytest
import yaml
from django.db import OperationalError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from console.models import KnownService
from console.ops import metrics as gauges
from tenants import metrics
from tenants.audit.models import AuditEntry
from tenants.authlete.transport.circuit_breaker import OpenCircuit
from tenants.jobs.models import Worker
from tenants.metrics import parse_address, render_metrics, serve_metrics
from tenants.models import Credential
from tenants.organizations.region_circuits import CachedCircuits
from tenants.organizations.roles import Role
from tests.support.audit_tampering import CHECKPOINT_KEY
from tests.support.inventory import add_known_service
from tests.support.servers import is_up, start_gunicorn, stop, wait_until
from tests.support.sockets import find_free_port

ROOT = Path(__file__).parents[3]


def scrape():
    """Return the value of each sample by its name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(render_metrics().decode())
        for sample in family.samples
    }


def named(samples, name):
    return {key[1:]: value for key, value in samples.items() if key[0] == f"meridian_{name}"}


def test_requests_and_calls_are_measured(acme, sandbox, member):
    before = scrape()

    member(Role.VIEWER).get("/acme/services/us/17/")

    def added(*key):
        return scrape().get(key, 0) - before.get(key, 0)

    request = (("method", "GET"), ("status", "200"), ("view", "services:show"))
    assert added("meridian_request_seconds_count", *request) == 1
    call = (("operation", "service.get"), ("outcome", "done"), ("region", "us"))
    assert added("meridian_authlete_call_seconds_count", *call) == 1
    assert added("meridian_audit_write_seconds_count") == 0  # tests write inline


def test_gauges_show_the_state_of_the_database(acme, sandbox):
    now = timezone.now()
    Worker.objects.create(name="w1", seen_at=now - timedelta(seconds=50))
    KnownService.objects.filter(service_id=17).update(clients_at=now - timedelta(hours=1))
    Credential.objects.update(expires_on=date.today() + timedelta(days=9))
    at = int((now - timedelta(hours=2)).timestamp() * 1e6)
    AuditEntry.objects.create(
        seq=-1,
        entry="a",
        at=at,
        actor_id=0,
        organization_id=acme.pk,
        effect="change",
        outcome="unknown",
    )

    samples = scrape()

    assert 50 <= named(samples, "worker_heartbeat_age_seconds")[()] < 110
    assert 3600 <= named(samples, "inventory_age_seconds")[("region", "us"),] < 3660
    (expiry,) = named(samples, "credential_expires_seconds").values()
    assert 8 * 86400 < expiry < 11 * 86400
    assert named(samples, "unknown_outcomes") == {(): 1}
    assert 7200 <= named(samples, "unknown_outcome_age_seconds")[()] < 7260
    assert set(named(samples, "circuit_open").values()) == {0}
    assert named(samples, "gauge_errors") == {(): 0}


def test_paused_region_has_an_open_circuit(acme, settings):
    settings.AUTHLETE_REGIONS = {"us": "https://us.example/", "eu": "https://eu.example"}
    opened = OpenCircuit(1.0, 2.0, is_probed=False, failed_trials=1)
    CachedCircuits().save("https://us.example", opened)  # as connection pools name it

    circuits = named(scrape(), "circuit_open")

    assert circuits == {(("region", "us"),): 1, (("region", "eu"),): 0}


def test_each_scrape_of_a_worker_closes_its_connections(db, monkeypatch):
    monkeypatch.setattr(metrics, "_gauges", {})  # the server's thread has no test database
    closed, port = Event(), find_free_port()
    serve_metrics(f"127.0.0.1:{port}", closed.set)

    assert "meridian_gauge_errors 0.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert closed.is_set()


def test_gauge_that_cannot_be_read_is_left_out(db, monkeypatch, caplog):
    def fail(*_):
        raise OperationalError("connection refused")

    monkeypatch.setattr(gauges, "find_unresolved", fail)

    samples = scrape()

    assert named(samples, "gauge_errors") == {(): 2}
    assert not named(samples, "unknown_outcomes")
    assert named(samples, "circuit_open")


def test_invalid_address_is_an_error():
    assert parse_address("[::1]:9100") == ("::1", 9100)
    with pytest.raises(ValueError, match="host:port"):
        parse_address("9100")


def find_used_metrics(name):
    """Return the metrics that a file in ``deploy`` names, after loading it."""
    text = (ROOT / "deploy" / name).read_text()
    assert json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
    return set(re.findall(r"\bmeridian_\w+", text))


@pytest.mark.django_db(transaction=True)
def test_dashboard_and_alert_rules_find_samples(acme, sandbox, member, worker, settings, tmp_path):
    settings.AUDIT_INLINE = False  # written as in production
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    settings.AUDIT_SINKS = [f"file://{tmp_path}/checkpoints.jsonl"]
    settings.SUBJECT_SEARCHES_PER_HOUR = 1
    Credential.objects.update(expires_on=date.today())
    add_known_service(acme, "eu", 18)  # without a credential, so never synced
    admin = member(Role.ADMIN)
    for user in "ab":  # the second is over the limit, which alerts
        admin.post("/acme/subjects/", {"subject": user})
    admin.post("/acme/clients/refresh/")
    worker()

    samples = scrape()
    used = find_used_metrics("grafana-dashboard.json") | find_used_metrics("prometheus-alerts.yaml")
    assert used - {name for name, *_ in samples} == set()
    assert samples["meridian_audit_write_seconds_count",] > 0


@pytest.fixture
def server(isolated_database):
    """Start the web server with two processes; return its ports for pages and metrics."""
    port = find_free_port(2)
    environment = isolated_database.environment | {
        "METRICS_ADDRESS": f"127.0.0.1:{port + 1}",
        "WEB_CONCURRENCY": "2",
    }
    process = start_gunicorn(port, environment)
    wait_until(lambda: is_up(port, "/healthz"), process)
    yield port, port + 1
    stop(process)


def test_metrics_address_counts_for_all_processes_and_serves_nothing_else(server):
    pages, metrics = (f"http://127.0.0.1:{port}" for port in server)
    for _ in range(20):  # by either process
        assert httpx.get(f"{pages}/").status_code == 302

    text = httpx.get(f"{metrics}/metrics").text

    counted = re.findall(r'request_seconds_count\{method="GET",status="302".*? ([0-9.]+)', text)
    assert sum(map(float, counted)) == 20
    assert "meridian_jobs{" in text
    assert httpx.get(f"{metrics}/").status_code == 404
    assert b"meridian_jobs" not in httpx.get(f"{pages}/metrics").content


def test_worker_explains_a_taken_metrics_address(isolated_database):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        isolated_database.environment["METRICS_ADDRESS"] = address

        result = isolated_database.run_command("worker")

    assert result.returncode == 1
    assert result.stderr.startswith(f"CommandError: METRICS_ADDRESS {address}: ")

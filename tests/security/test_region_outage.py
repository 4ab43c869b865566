"""Threat: a region that swallows packets holds pages in all processes."""

import json
from collections.abc import Callable

import httpx
import pytest
from django.core.cache import cache
from django.urls import reverse
from pydantic import SecretStr

from tenants.authlete.audit_sink import NullAuditSink
from tenants.authlete.errors import CircuitOpenError, NoResponseError
from tenants.authlete.transport import circuit_breaker, connection_pool, deadline
from tenants.models import Credential
from tenants.organizations import region_circuits
from tenants.organizations.api_clients import connect, get_region_health, load_credentials
from tenants.organizations.regions import get_regions
from tenants.organizations.roles import Role
from tenants.sandbox import app

US, JP = "us.authlete.com", "jp.authlete.com"


class HangingRegion:
    """A region whose calls time out after 10 seconds of a clock that the test moves."""

    def __init__(self):
        self.now, self.requests = 1000.0, []
        self.hangs = lambda request: request.url.host == US

    def transport(self):
        sandbox = app.transport()

        def handle(request):
            self.requests.append((request.url.host, request.url.path))
            if self.hangs(request):
                self.now += 10
                raise httpx.ReadTimeout("", request=request)
            return sandbox.handle_request(request)

        return httpx.MockTransport(handle)

    def paths(self, host=US):
        return [path for to, path in self.requests if to == host]


@pytest.fixture
def region(sandbox, acme, monkeypatch):
    region = HangingRegion()
    monkeypatch.setattr(
        "tenants.organizations.api_clients._load_transport", lambda: region.transport
    )
    for module in (circuit_breaker, deadline, region_circuits):
        monkeypatch.setattr(module, "monotonic", lambda: region.now)
    monkeypatch.setattr(circuit_breaker, "time", lambda: region.now)
    Credential(organization=acme, region="jp").set_token(SecretStr("t0p")).save()
    return region


@pytest.fixture
def call(acme):
    def make():
        return connect(load_credentials(acme), "us", NullAuditSink()).service(17).get()

    return make


@pytest.fixture
def other_process(monkeypatch):
    return lambda: monkeypatch.setattr(connection_pool, "_pools", {})


@pytest.fixture
def probes(monkeypatch):
    """Probes that were started and wait to run."""
    started: list[Callable[[], None]] = []
    monkeypatch.setattr(region_circuits, "run_in_background", started.append)
    return started


def test_hanging_region_is_skipped_after_the_first_failure(region, call, probes):
    with pytest.raises(NoResponseError):
        call()
    region.requests.clear()

    for _ in range(20):
        with pytest.raises(CircuitOpenError):
            call()

    assert region.requests == []


def test_hanging_region_is_skipped_in_all_processes(region, call, probes, other_process):
    with pytest.raises(NoResponseError):
        call()
    region.requests.clear()
    other_process()

    with pytest.raises(CircuitOpenError):
        call()

    assert region.requests == []
    health = get_region_health(get_regions()["us"])
    assert health is not None
    assert not health.is_healthy


def test_one_process_at_a_time_probes(region, call, probes, other_process):
    with pytest.raises(NoResponseError):
        call()
    for _ in range(5):
        other_process()
        with pytest.raises(CircuitOpenError):
            call()

    assert len(probes) == 1


def test_probe_has_no_credential_and_its_success_resumes_calls(region, call, probes, other_process):
    with pytest.raises(NoResponseError):
        call()
    with pytest.raises(CircuitOpenError):
        call()
    region.hangs = lambda request: "Authorization" in request.headers
    region.requests.clear()
    probes.pop()()
    assert region.paths() == ["/"]

    region.hangs = lambda request: False
    other_process()
    assert call().service_name == "Shop"
    other_process()
    assert call().service_name == "Shop"


def test_calls_that_hang_after_good_probes_are_tried_ever_less(region, call, monkeypatch):
    region.hangs = lambda request: "Authorization" in request.headers
    monkeypatch.setattr(region_circuits, "_acquire_probe", lambda pool: True)
    waits, last = [], None
    for _ in range(300):
        try:
            call()
        except CircuitOpenError:
            region.now += 1
        except NoResponseError:
            if last:
                waits.append(region.now - 10 - last)
            last = region.now

    assert [round(seconds) for seconds in waits[1:5]] == sorted(
        round(seconds) for seconds in waits[1:5]
    )
    assert waits[-1] >= circuit_breaker.MAX_OPEN_SECONDS


def test_list_of_all_regions_shows_a_notice_and_asks_no_hanging_region(
    region, call, probes, member
):
    with pytest.raises(NoResponseError):
        call()
    region.requests.clear()
    started = region.now

    page = member(Role.VIEWER).get(reverse("services:index", args=["acme"]))

    assert page.status_code == 200
    assert "Calls to this region have failed for" in page.text
    assert region.paths(US) == []
    assert region.paths(JP) != []
    assert region.now == started


def test_slow_call_is_not_blamed_on_a_region_that_answers_others(region, call):
    calls: list[httpx.Request] = []

    def hangs(request):
        if not calls:
            calls.append(request)
            assert call().service_name == "Shop"
            return True
        return False

    region.hangs = hangs

    with pytest.raises(NoResponseError):
        call()
    assert call().service_name == "Shop"


def test_unreadable_circuit_in_the_cache_counts_as_closed(region, call):
    region.hangs = lambda request: False
    cache.set(region_circuits._cache_key(get_regions()["us"].url), ["not", "a circuit"])

    assert call().service_name == "Shop"


def test_circuit_is_stored_as_json(region, call, probes):
    with pytest.raises(NoResponseError):
        call()

    stored = cache.get(region_circuits._cache_key(get_regions()["us"].url))
    assert json.loads(json.dumps(stored)) == stored

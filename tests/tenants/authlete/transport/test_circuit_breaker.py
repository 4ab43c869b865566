"""Circuit breakers of regions and credentials."""

import json

import httpx
import pytest
from pydantic import SecretStr

from tenants.authlete import AuthleteClient, errors
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport import circuit_breaker
from tenants.authlete.transport.deadline import Deadline

PING = Operation("ping", "GET /ping", dict)
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
TALK = Operation("talk", "GET /ping", dict, success_actions=("OK",))
NO = httpx.Response(400)
YES = httpx.Response(200, json={})
DOWN = httpx.Response(503)


@pytest.fixture
def clock(monkeypatch):
    """A clock for the breaker alone, which the test moves."""
    now = [1000.0]
    monkeypatch.setattr(circuit_breaker, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


@pytest.fixture
def push(mock_api):
    return mock_api.post("/push")


@pytest.fixture
def ask(authlete, push, clock):
    """Make calls, each with one answer; list what they raised."""

    def make(*answers):
        results = []
        for answer in answers:
            push.mock(side_effect=[answer])
            try:
                authlete.send(PUSH)
            except errors.AuthleteError as error:
                results.append(error)
        return results

    return make


def kinds(found):
    return [type(error) for error in found]


@pytest.mark.parametrize(
    "failure", [DOWN, httpx.Response(500), httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError]
)
def test_circuit_opens_after_five_failures(ask, push, audit_sink, failure):
    results = ask(*[failure] * 5, YES, YES)

    assert errors.CircuitOpenError not in kinds(results[:5])
    assert kinds(results[5:]) == [errors.CircuitOpenError] * 2
    assert push.call_count == 5
    assert [end.outcome for end in audit_sink.outcomes[5:]] == [Outcome.NOT_SENT] * 2


@pytest.mark.parametrize(
    "answer",
    [
        NO,
        httpx.Response(403),
        httpx.Response(404),
        httpx.Response(429),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b" " * 9_000_000),  # of one customer
    ],
)
def test_rejection_is_no_failure(ask, answer):
    assert errors.CircuitOpenError not in kinds(ask(*[answer] * 20))


def test_failed_action_is_no_region_failure(authlete, mock_api):
    mock_api.get("/ping").respond(json={"action": "INTERNAL_SERVER_ERROR"})

    for _ in range(20):
        with pytest.raises(errors.ServerError):
            authlete.send(TALK)


@pytest.mark.parametrize(("seconds", "counts"), [(0, False), (1, False), (9, True)])
def test_call_with_little_time_is_no_region_failure(authlete, push, clock, seconds, counts):
    push.mock(side_effect=httpx.ReadTimeout)
    ping = authlete.prepare(PUSH)
    for at in range(5):
        with pytest.raises(errors.AuthleteError):
            authlete.send_once(ping, f"id-{at}", Deadline(seconds))

    assert push.call_count == (5 if seconds else 0)
    with pytest.raises(errors.CircuitOpenError if counts else errors.NoResponseError):
        authlete.send(PUSH)


def test_circuit_opens_when_half_of_the_last_ten_calls_failed(ask):
    assert errors.CircuitOpenError not in kinds(ask(*[DOWN, YES, YES] * 10))

    assert errors.CircuitOpenError in kinds(ask(*[DOWN, YES] * 6))


def test_old_failures_are_forgotten(ask, clock):
    ask(*[DOWN] * 4)
    clock(circuit_breaker.FAILURE_MEMORY_SECONDS + 1)

    assert kinds(ask(DOWN, DOWN)) == [errors.ServerError] * 2


def test_open_circuit_says_when_it_tries_again(ask, clock):
    ask(*[DOWN] * 5)
    clock(4)

    (error,) = ask(YES)

    assert (error.failing_seconds, error.retry_after) == (4, circuit_breaker.OPEN_SECONDS - 4)
    assert "failed for 4 s" in str(error)
    assert "Next attempt in 6 s" in str(error)


def test_circuit_closes_after_a_successful_trial(ask, clock):
    ask(*[DOWN] * 5)
    clock(circuit_breaker.OPEN_SECONDS)

    assert ask(NO, YES, YES) != []
    assert ask(*[DOWN] * 4, YES) != []
    assert errors.CircuitOpenError not in kinds(ask(YES, YES))


def test_circuit_stays_open_after_a_failed_trial(ask, clock):
    ask(*[DOWN] * 5)
    clock(circuit_breaker.OPEN_SECONDS)

    assert kinds(ask(DOWN, YES)) == [errors.ServerError, errors.CircuitOpenError]
    clock(circuit_breaker.OPEN_SECONDS)
    assert ask(YES, YES) == []


def test_other_regions_are_not_affected(ask, make_client, mock_api):
    ask(*[DOWN] * 6)
    other = make_client("https://jp.example")
    mock_api.get("https://jp.example/ping").respond(json={})

    assert other.send(PING) == {}


def test_alert_is_logged_once(ask, clock, caplog):
    ask(*[DOWN] * 8)
    clock(circuit_breaker.OPEN_SECONDS)
    ask(DOWN, DOWN)

    (alert,) = [record for record in caplog.records if record.name == "meridian.alert"]
    assert json.loads(alert.getMessage()) == {
        "event": "breaker.opened",
        "of": "https://us.example",
        "failures": 5,
        "calls": 5,
        "times": 1,
    }


def test_rejected_credential_is_suspended(ask, push):
    results = ask(*[httpx.Response(401)] * 6, YES)

    assert (
        kinds(results) == [errors.UnauthorizedError] * 5 + [errors.CredentialCircuitOpenError] * 2
    )
    assert push.call_count == 5


def test_another_credential_of_the_region_still_works(ask, authlete, mock_api, redactor):
    ask(*[httpx.Response(401)] * 6)
    mock_api.get("/ping").respond(json={})
    other = AuthleteClient(authlete.pool, SecretStr("0ther"), redactor=redactor)

    assert other.send(PING) == {}


def test_last_sample_reports_health(authlete, ask):
    ask(YES)
    assert authlete.pool.circuit_breaker.last_sample.is_healthy

    ask(DOWN)
    assert not authlete.pool.circuit_breaker.last_sample.is_healthy

    ask(NO)
    assert authlete.pool.circuit_breaker.last_sample.is_healthy

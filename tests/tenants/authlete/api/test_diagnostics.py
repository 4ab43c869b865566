"""What a region says about itself."""

import httpx
import pytest

from tenants.authlete import errors
from tenants.authlete.transport import circuit_breaker


def test_info_has_version_and_features(environment):
    assert environment.connect().diagnostics.get_info()["version"]


def test_echo_returns_the_query(environment):
    assert environment.connect().diagnostics.echo(a="1", b="ü") == {"a": "1", "b": "ü"}


def test_a_healthy_region_is_healthy(environment):
    health = environment.connect().diagnostics.get_health(extended=True)

    assert health.is_healthy
    assert "database" in health.text


@pytest.mark.parametrize("status", [500, 503])
def test_an_unhealthy_region_is_a_reply(authlete, mock_api, audit_sink, status):
    route = mock_api.get("/api/lifecycle/healthcheck")
    route.respond(status, text="NG: no\x07 database", headers={"a": "b"})

    health = authlete.diagnostics.get_health()

    assert (health.is_healthy, health.status) == (False, status)
    assert health.text == "NG: no  database"
    assert route.call_count == 1
    assert audit_sink.outcomes[0].outcome is errors.Outcome.SUCCEEDED


def test_health_errors_do_not_open_the_circuit(authlete, mock_api):
    mock_api.get("/api/lifecycle/healthcheck").respond(503, text="NG")

    for _ in range(2 * circuit_breaker.WINDOW_CALLS):
        assert not authlete.diagnostics.get_health().is_healthy


def test_a_gateway_error_is_no_health_reply(authlete, mock_api):
    mock_api.get("/api/lifecycle/healthcheck").mock(
        side_effect=[httpx.Response(502, html="<h1>Bad gateway</h1>")] * 3
    )

    with pytest.raises(errors.ServerError):
        authlete.diagnostics.get_health()

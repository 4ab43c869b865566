"""What a region says about itself."""

import httpx
import pytest

from tenants.authlete import breaker, errors


def test_gives_version_and_features(world):
    assert world.door().diagnostics.info()["version"]


def test_hears_its_echo(world):
    assert world.door().diagnostics.echo(a="1", b="ü") == {"a": "1", "b": "ü"}


def test_is_well(world):
    health = world.door().diagnostics.health(extended=True)

    assert health.ok
    assert "database" in health.text


@pytest.mark.parametrize("status", [500, 503])
def test_being_unwell_is_an_answer(authlete, wire, notes, status):
    route = wire.get("/api/lifecycle/healthcheck")
    route.respond(status, text="NG: no\x07 database", headers={"a": "b"})

    health = authlete.diagnostics.health()

    assert (health.ok, health.status) == (False, status)
    assert health.text == "NG: no  database"
    assert route.call_count == 1
    assert notes.endings[0].outcome is errors.Outcome.DONE


def test_being_unwell_keeps_nobody_from_asking(authlete, wire):
    wire.get("/api/lifecycle/healthcheck").respond(503, text="NG")

    for _ in range(2 * breaker.LAST):
        assert not authlete.diagnostics.health().ok


def test_a_gateway_that_fails_is_no_word_of_the_region(authlete, wire):
    wire.get("/api/lifecycle/healthcheck").mock(
        side_effect=[httpx.Response(502, html="<h1>Bad gateway</h1>")] * 3
    )

    with pytest.raises(errors.Broken):
        authlete.diagnostics.health()

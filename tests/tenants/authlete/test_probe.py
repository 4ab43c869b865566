"""What is said of a credential that is about to be kept."""

import socket

import httpx
import pytest

from tenants.authlete.errors import Broken, Outcome, Resting, Unsendable
from tenants.authlete.probe import SAYS, Problem, probe
from tests.tenants.authlete.conftest import service


def test_counts_the_services_that_a_good_one_sees(world, notes):
    world.sandbox.services[18] = service(18)

    found = probe(world.door())

    assert found.ok
    assert (found.problem, found.services, found.idp) == (None, 2, None)
    names = [call.operation.name for call in notes.calls]
    assert names == ["service.list", "idp.list_servers"]


def test_one_that_sees_no_service_yet_is_good(world):
    assert probe(world.door(region="jp")).services == 0


@pytest.mark.parametrize(
    ("token", "options"),
    [
        ("nobody-knows-it", {}),
        ("gone", {"revoked": True}),
        ("old", {"expires_at": 1.0}),
        ("only-jp", {"regions": ("jp",)}),
    ],
)
def test_one_that_authlete_does_not_know(world, token, options):
    if options:
        world.accept(token, ("view_service",), **options)

    found = probe(world.door(token))

    assert not found.ok
    assert found.problem is Problem.TOKEN
    assert "another region" in found.words
    assert "does not say which" in found.words
    assert found.error
    assert found.error.code == "A458101"


def test_one_of_a_single_service(world):
    world.accept("service", ("modify_service",), service_id=17)

    found = probe(world.door("service"))

    assert found.problem is Problem.SERVICE_TOKEN
    assert not found.ok


def test_one_of_a_single_service_that_may_not_list(world):
    world.sandbox.fault("status", operation="service.list", status=403, code="A457101")
    world.accept("service", ("modify_service",), service_id=17)
    world.accept("writes", ("create_service",))

    assert probe(world.door("service")).problem is Problem.SERVICE_TOKEN
    assert probe(world.door("writes")).problem is Problem.RIGHTS
    assert probe(world.door("writes", access=None)).problem is Problem.RIGHTS


def test_one_that_sees_a_part_is_good_for_looking(world):
    world.accept("looks", ("view_client",))

    found = probe(world.door("looks"))

    assert found.problem is Problem.LIMITED
    assert found.ok
    assert found.services == 1


def test_says_why_services_cannot_come_and_go(world):
    world.sandbox.fault("status", region="idp", status=503)

    assert probe(world.door()).ok
    assert isinstance(probe(world.door()).idp, Broken)
    assert isinstance(probe(world.door(access=None)).idp, Unsendable)


def test_sends_no_credential_to_an_address_with_api(world, notes):
    found = probe(world.door(url="https://us.authlete.com/api"))

    assert found.problem is Problem.ADDRESS
    assert "/api" in found.advice
    assert not notes.calls


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(404), Problem.ADDRESS),
        (httpx.Response(302, headers={"Location": "/"}), Problem.NOT_AUTHLETE),
        (httpx.Response(200, html="<h1>Sign in</h1>"), Problem.NOT_AUTHLETE),
        (httpx.Response(200, json=["not", "a", "page"]), Problem.NOT_AUTHLETE),
        (httpx.Response(429, html="<h1>429</h1>"), Problem.TOO_MANY),
        (httpx.Response(500, json={"resultCode": "A001101"}), Problem.FAILING),
        (httpx.Response(500, json={"resultCode": "A001300"}), Problem.FAILING),
        (httpx.Response(401, json={"resultCode": "A001303"}), Problem.BOUND),
        (httpx.Response(401, json={"resultCode": "A286301"}), Problem.SERVICE_TOKEN),
        (httpx.Response(403, json={"resultCode": "A122601"}), Problem.PLAN),
        (httpx.Response(403, json={"resultCode": "A457101"}), Problem.RIGHTS),
        (httpx.Response(400), Problem.OTHER),
        (httpx.ReadTimeout, Problem.UNREACHABLE),
        (httpx.ConnectTimeout, Problem.UNREACHABLE),
    ],
)
def test_tells_apart_all_that_can_answer(authlete, wire, answer, problem):
    wire.get("/api/service/get/list").mock(side_effect=[answer] * 3)

    found = probe(authlete)

    assert found.problem is problem
    assert not found.ok
    assert found.words
    assert found.advice


def test_says_why_a_region_cannot_be_reached(dial, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    found = probe(dial("https://us.authlete.test"))

    assert found.problem is Problem.UNREACHABLE
    assert "name servers" in found.advice
    assert "us.authlete.test" in str(found.error)
    assert found.error
    assert found.error.outcome is Outcome.NOT_SENT


def test_a_region_that_is_left_alone_is_not_blamed_on_the_credential(world):
    world.sandbox.fault("status", region="us", status=503)
    door = world.door()
    for _ in range(2):
        probe(door)

    found = probe(door)

    assert found.problem is Problem.UNREACHABLE
    assert isinstance(found.error, Resting)


def test_a_credential_that_no_header_can_hold_is_not_sent(world):
    for token in ("", "two words", "new\nline", "ünïcode"):
        found = probe(world.door(token))

        assert found.problem is Problem.CHARACTERS
        assert isinstance(found.error, Unsendable)
    assert not world.sandbox.calls


def test_has_words_for_every_problem():
    assert SAYS.keys() == set(Problem)

"""Results of testing a credential."""

import socket

import httpx
import pytest

from tenants.authlete.credential_check import TEXTS_BY_PROBLEM, CredentialProblem, check_credential
from tenants.authlete.errors import CircuitOpenError, InvalidRequestError, ServerError
from tenants.authlete.outcome import Outcome
from tests.support.authlete import service


def test_good_credential_reports_its_service_count(environment, audit_sink):
    environment.sandbox.services[18] = service(18)

    check = check_credential(environment.connect())

    assert check.is_usable
    assert (check.problem, check.service_count, check.idp_error) == (None, 2, None)
    names = [call.operation.name for call in audit_sink.intents]
    assert names == ["service.list", "idp.list_servers", "token.introspect"]


@pytest.mark.parametrize("permissions", [("view_service",), ("view_service", "create_service")])
def test_read_only_token_is_reported(environment, permissions):
    environment.add_token("reads", permissions)

    check = check_credential(environment.connect("reads"))

    assert check.problem is CredentialProblem.READ_ONLY
    assert check.is_usable
    assert "modify_service" in check.advice


@pytest.mark.parametrize("permission", ["modify_service", "use_service"])
def test_token_that_can_write_is_not_reported_as_read_only(environment, permission):
    environment.add_token("writes", ("view_service", permission))

    assert check_credential(environment.connect("writes")).problem is None


@pytest.mark.parametrize(("status", "code"), [(500, "A001101"), (403, "A122601"), (400, "A134201")])
def test_inconclusive_introspection_reports_no_problem(environment, status, code):
    environment.sandbox.fault("status", operation="token.introspect", status=status, code=code)

    assert check_credential(environment.connect()).problem is None


def test_credential_without_services_is_usable(environment):
    assert check_credential(environment.connect(region="jp")).service_count == 0


@pytest.mark.parametrize(
    ("token", "options"),
    [
        ("nobody-knows-it", {}),
        ("gone", {"revoked": True}),
        ("old", {"expires_at": 1.0}),
        ("only-jp", {"regions": ("jp",)}),
    ],
)
def test_unknown_token_is_reported(environment, token, options):
    if options:
        environment.add_token(token, ("view_service",), **options)

    check = check_credential(environment.connect(token))

    assert not check.is_usable
    assert check.problem is CredentialProblem.UNKNOWN_TOKEN
    assert "another region" in check.description
    assert check.error
    assert check.error.code == "A458101"


def test_service_token_is_reported(environment):
    environment.add_token("service", ("modify_service",), service_id=17)

    check = check_credential(environment.connect("service"))

    assert check.problem is CredentialProblem.SERVICE_TOKEN
    assert not check.is_usable


def test_service_token_without_list_permission_is_reported(environment):
    environment.sandbox.fault("status", operation="service.list", status=403, code="A457101")
    environment.add_token("service", ("modify_service",), service_id=17)
    environment.add_token("writes", ("create_service",))

    assert (
        check_credential(environment.connect("service")).problem is CredentialProblem.SERVICE_TOKEN
    )
    assert (
        check_credential(environment.connect("writes")).problem is CredentialProblem.MISSING_RIGHTS
    )
    assert (
        check_credential(environment.connect("writes", access=None)).problem
        is CredentialProblem.MISSING_RIGHTS
    )


def test_credential_with_a_partial_view_is_usable(environment):
    environment.add_token("looks", ("view_client",))

    check = check_credential(environment.connect("looks"))

    assert check.problem is CredentialProblem.PARTIAL_VIEW
    assert check.is_usable
    assert check.service_count == 1


def test_idp_error_is_reported(environment):
    environment.sandbox.fault("status", region="idp", status=503)

    assert check_credential(environment.connect()).is_usable
    assert isinstance(check_credential(environment.connect()).idp_error, ServerError)
    assert isinstance(
        check_credential(environment.connect(access=None)).idp_error, InvalidRequestError
    )


def test_url_with_api_gets_no_credential(environment, audit_sink):
    check = check_credential(environment.connect(url="https://us.authlete.com/api"))

    assert check.problem is CredentialProblem.WRONG_ADDRESS
    assert "/api" in check.advice
    assert not audit_sink.intents


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(404), CredentialProblem.WRONG_ADDRESS),
        (httpx.Response(302, headers={"Location": "/"}), CredentialProblem.NOT_AUTHLETE),
        (httpx.Response(200, html="<h1>Sign in</h1>"), CredentialProblem.NOT_AUTHLETE),
        (httpx.Response(200, json=["not", "a", "page"]), CredentialProblem.NOT_AUTHLETE),
        (httpx.Response(429, html="<h1>429</h1>"), CredentialProblem.RATE_LIMITED),
        (httpx.Response(500, json={"resultCode": "A001101"}), CredentialProblem.SERVER_ERROR),
        (httpx.Response(500, json={"resultCode": "A001300"}), CredentialProblem.SERVER_ERROR),
        (httpx.Response(401, json={"resultCode": "A001303"}), CredentialProblem.BOUND_TOKEN),
        (httpx.Response(401, json={"resultCode": "A286301"}), CredentialProblem.SERVICE_TOKEN),
        (httpx.Response(403, json={"resultCode": "A122601"}), CredentialProblem.PLAN_LIMIT),
        (httpx.Response(403, json={"resultCode": "A457101"}), CredentialProblem.MISSING_RIGHTS),
        (httpx.Response(400), CredentialProblem.OTHER),
        (httpx.ReadTimeout, CredentialProblem.UNREACHABLE),
        (httpx.ConnectTimeout, CredentialProblem.UNREACHABLE),
    ],
)
def test_every_response_has_its_problem(authlete, mock_api, answer, problem):
    mock_api.get("/api/service/get/list").mock(side_effect=[answer] * 3)

    check = check_credential(authlete)

    assert check.problem is problem
    assert not check.is_usable
    assert check.description
    assert check.advice


def test_dns_advice_is_shown_for_an_unreachable_region(make_client, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    check = check_credential(make_client("https://us.authlete.test"))

    assert check.problem is CredentialProblem.UNREACHABLE
    assert "DNS" in check.advice
    assert "us.authlete.test" in str(check.error)
    assert check.error
    assert check.error.outcome is Outcome.NOT_SENT


def test_open_circuit_is_not_blamed_on_the_credential(environment):
    environment.sandbox.fault("status", region="us", status=503)
    door = environment.connect()
    for _ in range(2):
        check_credential(door)

    check = check_credential(door)

    assert check.problem is CredentialProblem.UNREACHABLE
    assert isinstance(check.error, CircuitOpenError)


def test_credential_with_invalid_characters_is_not_sent(environment):
    for token in ("", "two words", "new\nline", "ünïcode"):
        check = check_credential(environment.connect(token))

        assert check.problem is CredentialProblem.INVALID_CHARACTERS
        assert isinstance(check.error, InvalidRequestError)
    assert not environment.sandbox.calls


def test_every_problem_has_texts():
    assert TEXTS_BY_PROBLEM.keys() == set(CredentialProblem)

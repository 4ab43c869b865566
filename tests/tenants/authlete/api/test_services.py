"""Service operations."""

import json

import httpx
import pytest

from tenants.authlete import errors
from tenants.authlete.api.services import PublishedKeySet
from tenants.authlete.outcome import Outcome

JWKS = "/api/17/service/jwks/get"


def test_update_returns_its_changes(environment):
    service = environment.connect().service(17)

    written = service.update(1, {"serviceName": "Store"})

    assert written.reply.service_name == "Store"
    assert [change.field for change in written.changes] == ["serviceName"]
    assert environment.sandbox.services[17]["serviceName"] == "Store"


def test_discovery_document_keeps_its_order(authlete, mock_api):
    text = '{"issuer":"https://a.example","b":[2,1],"a":1.50}'
    mock_api.get("/api/17/service/configuration").respond(text=text)

    discovery_document = authlete.service(17).get_discovery_document()

    assert list(discovery_document) == ["issuer", "b", "a"]
    assert discovery_document["b"] == [2, 1]


def test_sandbox_discovery_document_is_not_redacted(environment):
    environment.sandbox.services[17]["issuer"] = "https://a.example"

    discovery_document = environment.connect().service(17).get_discovery_document()

    assert discovery_document["issuer"] == "https://a.example"
    assert "••" not in json.dumps(discovery_document, default=str)


def test_only_public_keys_are_requested(authlete, mock_api):
    keys = [{"kty": "EC", "kid": "1", "crv": "P-256", "x": "a", "y": "b"}]
    route = mock_api.get(JWKS).respond(json={"keys": keys})

    jwks = authlete.service(17).get_jwks()

    assert jwks.keys == keys
    assert dict(route.calls.last.request.url.params) == {"includePrivateKeys": "false"}


def test_private_key_in_a_jwks_is_redacted(authlete, mock_api):
    key = {"kty": "EC", "kid": "1", "crv": "P-256", "x": "a", "y": "b", "d": "s3cret"}
    mock_api.get(JWKS).respond(json={"keys": [key]})

    jwks = authlete.service(17).get_jwks()

    assert jwks.keys[0]["x"] == "a"
    assert "s3cret" not in repr(jwks)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(204), PublishedKeySet()),
        (httpx.Response(200, json={"keys": []}), PublishedKeySet(keys=[])),
        (
            httpx.Response(302, headers={"Location": "https://a.example/jwks"}),
            PublishedKeySet(location="https://a.example/jwks"),
        ),
    ],
)
def test_missing_keys_and_keys_elsewhere_differ(authlete, mock_api, audit_sink, answer, expected):
    route = mock_api.get(JWKS).mock(side_effect=[answer])

    assert authlete.service(17).get_jwks() == expected
    assert route.call_count == 1
    assert len(mock_api.calls) == 1, "nobody went where it leads"
    assert audit_sink.outcomes[0].outcome is Outcome.SUCCEEDED
    assert audit_sink.outcomes[0].status == answer.status_code


def test_another_redirect_is_an_error(authlete, mock_api):
    mock_api.get(JWKS).respond(301, headers={"Location": "https://a.example/jwks"})

    with pytest.raises(errors.UnexpectedStatusError):
        authlete.service(17).get_jwks()

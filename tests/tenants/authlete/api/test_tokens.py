"""Tokens against the sandbox: list, create, update, delete."""

import pytest
from pydantic import SecretStr

from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.tokens import TokenStatus
from tenants.authlete.errors import (
    BadRequestError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    ServerError,
)
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.sandbox.token_lookup import hash_token
from tests.support.authlete_api import LATE


@pytest.fixture
def first(tokens):
    (token,) = tokens.list(end=1).access_tokens
    return token


def test_listed_tokens_have_hashes(tokens):
    page = tokens.list(end=1)

    (token,) = page.access_tokens
    assert (page.start, page.end, page.total_count) == (0, 1, 3)
    assert token.access_token_hash == "h1"
    assert token.refresh_token_hash == "r1"
    assert (token.client_id, token.subject, token.scopes) == (5, "ann", ["openid"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["h1", "h2", "h3"]),
        ({"client_id": 5}, ["h1", "h2"]),
        ({"subject": "bob"}, ["h2"]),
        ({"status": TokenStatus.VALID}, ["h1", "h3"]),
        ({"status": TokenStatus.INVALID}, ["h2"]),
        ({"client_id": 5, "subject": "ann", "start": 1}, []),
    ],
)
def test_tokens_are_filtered_by_client_user_or_status(tokens, filters, expected):
    page = tokens.list(**filters)

    assert [access_token.access_token_hash for access_token in page.access_tokens] == expected


def test_tokens_are_counted_without_listing(tokens):
    assert tokens.count() == 2
    assert tokens.count(5) == 1
    assert tokens.count(5, TokenStatus.ALL) == 2
    assert tokens.list(end=0).access_tokens is None


def test_page_has_at_most_twenty_tokens(tokens):
    with pytest.raises(BadRequestError) as refused:
        tokens.list(end=21)

    assert refused.value.code == "A159205"


def test_live_tokens_of_a_client_are_counted(authlete, mock_api):
    page = {"start": 0, "end": 0, "totalCount": 3, "accessTokens": None}
    route = mock_api.get("/api/17/auth/token/get/list").respond(json=page)

    assert authlete.service(17).tokens.count(4471) == 3
    assert dict(route.calls.last.request.url.params) == {
        "clientIdentifier": "4471",
        "tokenStatus": "VALID",
        "start": "0",
        "end": "0",
    }


def test_tokens_of_a_user_are_counted(tokens):
    assert tokens.count(subject="ann") == 1
    assert tokens.count(6, subject="ann") == 0


def test_created_token_reveals_its_values(tokens, audit_sink, left_hashes):
    written = tokens.create(
        "AUTHORIZATION_CODE",
        5,
        subject="ann",
        scopes=["openid"],
        access_seconds=600,
        properties=[{"key": "tier", "value": "s3cret"}],
    )

    reply = written.reply
    value = reply.access_token.get_secret_value()
    assert left_hashes()[-1] == hash_token(value)
    assert reply.refresh_token
    assert reply.jwt_access_token
    assert (reply.client_id, reply.subject, reply.scopes) == (5, "ann", ["openid"])
    assert reply.expires_in == 600
    call = audit_sink.intents[-1]
    assert (call.subject, call.path_params["client_id"]) == ("ann", "5")
    assert call.path == "/api/17/auth/token/create"
    fields = [change.field for change in call.changes]
    assert fields == ["grantType", "scopes", "accessTokenDuration", "properties"]
    text = repr((written, audit_sink.intents, audit_sink.outcomes))
    for secret in (value, "s3cret", reply.jwt_access_token.get_secret_value()):
        assert secret not in text


def test_existing_value_is_sent_and_not_revealed(tokens, audit_sink, left_hashes):
    value, refresh = SecretStr("chosen-value"), SecretStr("chosen-too")

    tokens.create("AUTHORIZATION_CODE", 5, subject="a", access_token=value, refresh_token=refresh)

    assert left_hashes()[-1] == hash_token("chosen-value")
    assert isinstance(audit_sink.intents[-1].changes[-1].after, Fingerprint)
    assert "chosen" not in repr(audit_sink.intents)
    with pytest.raises(BadRequestError) as refused:
        tokens.create("AUTHORIZATION_CODE", 5, subject="a", access_token=value)
    assert refused.value.code == "A144201"


@pytest.mark.parametrize("told_twice", [False, True])
@pytest.mark.parametrize(
    ("body", "error", "code"),
    [
        ({"grant_type": "REFRESH_TOKEN"}, BadRequestError, "A104202"),
        ({"scopes": ["unheard"]}, BadRequestError, "A106201"),
        ({"client_id": 6}, ForbiddenError, "A107203"),
    ],
)
def test_rejection_in_a_200_is_no_token(
    environment, tokens, audit_sink, body, error, code, told_twice
):
    environment.state.action_statuses = told_twice
    environment.sandbox.clients[6]["locked"] = True
    body = {"grant_type": "AUTHORIZATION_CODE", "client_id": 5, "subject": "a"} | body

    with pytest.raises(error) as refused:
        tokens.create(**body)

    assert refused.value.code == code
    assert audit_sink.outcomes[-1].outcome is Outcome.REJECTED


def test_failed_creation_has_an_unknown_outcome(environment, tokens, audit_sink):
    environment.sandbox.services[17]["accessTokenSignAlg"] = "RS256"

    with pytest.raises(ServerError):
        tokens.create("AUTHORIZATION_CODE", 5, subject="a")

    assert audit_sink.outcomes[-1].outcome is Outcome.UNKNOWN


def test_update_changes_given_properties_and_is_logged(environment, tokens, audit_sink, first):
    changed = tokens.update(
        first,
        scopes=["orders", "unheard"],
        expires_at=5000,
        properties=[{"key": "tier", "value": "s3cret"}],
    )

    assert changed.scopes == ["orders"]
    assert changed.missing_scopes(["orders", "unheard"]) == ["unheard"]
    assert changed.access_token_expires_at == 5000
    token = environment.sandbox.region("us").tokens[17][0]
    assert token.properties[0]["value"] == "s3cret"
    assert token.refresh_expires_at == 0
    call = audit_sink.intents[-1]
    assert call.changes[:2] == (
        FieldChange("scopes", ["openid"], ["orders", "unheard"]),
        FieldChange("accessTokenExpiresAt", LATE, 5000),
    )
    assert (call.subject, call.path_params["client_id"]) == ("ann", "5")
    assert "s3cret" not in repr(audit_sink.intents)


@pytest.mark.parametrize(
    "changes", [{}, {"expires_at": 0}, {"expires_at": -1}, {"refresh_expires_at": 0}]
)
def test_empty_update_is_not_sent(tokens, first, audit_sink, changes):
    before = len(audit_sink.intents)

    with pytest.raises(InvalidRequestError):
        tokens.update(first, **changes)

    assert len(audit_sink.intents) == before


def test_deleted_token_is_not_found(environment, tokens, first):
    tokens.delete(first)

    with pytest.raises(NotFoundError) as refused:
        tokens.delete(first)
    assert refused.value.code == "A161202"
    with pytest.raises(NotFoundError):
        tokens.update(first, scopes=[])
    with pytest.raises(NotFoundError):
        tokens.revoke(first)


@pytest.mark.parametrize("method", ["delete", "revoke"])
def test_only_the_given_token_is_revoked(tokens, first, audit_sink, left_hashes, method):
    assert getattr(tokens, method)(first, label="Till") == (1 if method == "revoke" else None)

    assert left_hashes() == ["h2", "h3"]
    call = audit_sink.intents[-1]
    assert (call.subject, call.label) == ("ann", "Till")
    assert call.path_params["client_id"] == "5"
    assert "h1" not in call.path
    assert call.reconciliation_hints == {"hash": "h1"}  # by which it can be settled

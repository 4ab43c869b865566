"""Revocation: scope, counts and requests that are never sent."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.errors import InvalidRequestError, InvalidResponseError, NoResponseError
from tenants.authlete.outcome import Outcome
from tenants.sandbox.state import StoredToken
from tests.support.authlete_api import LATE
from tests.support.tiers import examples

REVOKE = "/api/17/auth/token/revoke"
SOME = settings(max_examples=examples(60))


@pytest.mark.parametrize(
    ("method", "arguments", "count", "left"),
    [
        ("revoke_client", {"client_id": 5}, 2, ["h3"]),
        ("revoke_subject", {"subject": "ann"}, 1, ["h2", "h3"]),
        ("revoke_subject", {"subject": "zoe"}, 0, ["h1", "h2", "h3"]),
        ("revoke_client_and_subject", {"client_id": 5, "subject": "bob"}, 1, ["h1", "h3"]),
        ("revoke_client_and_subject", {"client_id": 6, "subject": "bob"}, 0, ["h1", "h2", "h3"]),
    ],
)
def test_revoking_returns_the_count(
    tokens, audit_sink, left_hashes, method, arguments, count, left
):
    assert getattr(tokens, method)(**arguments) == count

    assert left_hashes() == left
    call = audit_sink.intents[-1]
    assert call.subject == arguments.get("subject", "")
    assert call.path_params.get("client_id", "") == str(arguments.get("client_id", ""))


NO_SUBJECT: list[Any] = [None, "", " ", "\n\t", "\u200b", "\ufeff\u2003", 0, True, [], 5]
NO_CLIENT: list[Any] = [None, "", " ", 0, -1, True, [], "5"]


@given(client=st.sampled_from(NO_CLIENT), subject=st.sampled_from(NO_SUBJECT))
@SOME
def test_empty_filter_is_not_sent(tokens, audit_sink, left_hashes, client, subject):
    whole = {"client_id": 5, "subject": "ann"}
    attempts = [
        ("revoke_client", {"client_id": client}),
        ("revoke_subject", {"subject": subject}),
        ("revoke_client_and_subject", whole | {"client_id": client}),
        ("revoke_client_and_subject", whole | {"subject": subject}),
    ]

    for method, arguments in attempts:
        with pytest.raises(InvalidRequestError):
            getattr(tokens, method)(**arguments)

    assert audit_sink.intents == []
    assert left_hashes() == ["h1", "h2", "h3"]


@pytest.mark.parametrize("method", ["revoke", "delete", "update"])
@pytest.mark.parametrize("expected", ["", " "])
def test_nothing_is_sent_without_a_hash(tokens, audit_sink, method, expected):
    nameless = IssuedToken(access_token_hash=expected, client_id=5, subject="ann")

    with pytest.raises(InvalidRequestError):
        getattr(tokens, method)(nameless, **({"scopes": []} if method == "update" else {}))

    assert audit_sink.intents == []


def test_revoking_requires_a_filter(tokens, audit_sink):
    for method in ("revoke_client", "revoke_subject", "revoke_client_and_subject"):
        with pytest.raises(TypeError):
            getattr(tokens, method)()
    for half in ({"client_id": 5}, {"subject": "ann"}):
        with pytest.raises(TypeError):
            tokens.revoke_client_and_subject(**half)
    with pytest.raises(TypeError):
        tokens.revoke_subject("ann")

    assert audit_sink.intents == []


HELD = st.lists(st.tuples(st.sampled_from([5, 6]), st.sampled_from(["", "ann", "bob"])), max_size=6)


@given(
    held=HELD,
    client=st.sampled_from([None, 5, 6]),
    subject=st.sampled_from([None, "ann", "bob", "zoe"]),
)
@SOME
def test_only_matching_tokens_are_revoked(environment, tokens, left_hashes, held, client, subject):
    environment.sandbox.region("us").tokens[17] = [
        StoredToken(f"h{at}", number, "AUTHORIZATION_CODE", (), 1, LATE, theirs)
        for at, (number, theirs) in enumerate(held)
    ]
    spared = [
        f"h{at}"
        for at, (number, theirs) in enumerate(held)
        if client not in (None, number) or subject not in (None, theirs)
    ]

    match client, subject:
        case None, None:
            return
        case _, None:
            ended = tokens.revoke_client(client_id=client)
        case None, _:
            ended = tokens.revoke_subject(subject=subject)
        case _:
            ended = tokens.revoke_client_and_subject(client_id=client, subject=subject)

    assert left_hashes() == spared
    assert ended == len(held) - len(spared)


def test_lingering_token_is_counted_once(environment, tokens):
    environment.state.revoked_linger = True

    assert [tokens.revoke_client(client_id=5) for _ in range(2)] == [2, 0]
    assert tokens.count(5) == 0
    assert tokens.list(5).total_count == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"resultCode": "A312001"},
        {"resultCode": "A135001", "action": "OK", "accessToken": "a"},  # the spec's
        {"count": None},
        {"count": -1},
        {"count": "many"},
    ],
)
def test_missing_count_is_an_error(authlete, mock_api, audit_sink, answer):
    mock_api.post(REVOKE).respond(json=answer)

    with pytest.raises(InvalidResponseError):
        authlete.service(17).tokens.revoke_subject(subject="ann")

    assert audit_sink.outcomes[-1].outcome is Outcome.UNKNOWN


def test_revoke_is_not_retried(authlete, mock_api):
    route = mock_api.post(REVOKE).mock(side_effect=httpx.ReadTimeout("slow"))

    with pytest.raises(NoResponseError):
        authlete.service(17).tokens.revoke_subject(subject="ann")

    assert route.call_count == 1
    assert json.loads(route.calls.last.request.content) == {"subject": "ann"}

"""Lists of issued tokens, asked of the sandbox."""

import pytest

from tenants.authlete.api.tokens import TokenStatus
from tenants.authlete.errors import BadRequest
from tenants.sandbox.state import Issued

LATE = 4_102_444_800_000  # 1 January 2100


@pytest.fixture
def tokens(world):
    sandbox = world.sandbox
    sandbox.clients[5] = {"clientId": 5, "clientIdAlias": "till"}
    sandbox.region("us").tokens[17] = [
        Issued("h1", 5, "AUTHORIZATION_CODE", ("openid",), 1, LATE, "ann", "r1"),
        Issued("h2", 5, "AUTHORIZATION_CODE", (), 1, 1000, "bob"),
        Issued("h3", 6, "CLIENT_CREDENTIALS", ("jobs",), 1, 0),
    ]
    return world.door().service(17).tokens


def test_tells_of_tokens_by_their_hashes(tokens):
    page = tokens.list(end=1)

    (token,) = page.access_tokens
    assert (page.start, page.end, page.total_count) == (0, 1, 3)
    assert token.access_token_hash == "h1"
    assert token.refresh_token_hash == "r1"
    assert (token.client_id, token.subject, token.scopes) == (5, "ann", ["openid"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["h1", "h2", "h3"]),
        ({"client_id": 5}, ["h1", "h2"]),
        ({"subject": "bob"}, ["h2"]),
        ({"status": TokenStatus.VALID}, ["h1", "h3"]),
        ({"status": TokenStatus.INVALID}, ["h2"]),
        ({"client_id": 5, "subject": "ann", "start": 1}, []),
    ],
)
def test_lists_those_of_a_client_a_user_or_a_state(tokens, asked, found):
    page = tokens.list(**asked)

    assert [one.access_token_hash for one in page.access_tokens] == found


def test_counts_without_listing_any(tokens):
    assert tokens.count() == 2
    assert tokens.count(5) == 1
    assert tokens.count(5, TokenStatus.ALL) == 2
    assert tokens.list(end=0).access_tokens is None


def test_takes_no_more_than_twenty_at_once(tokens):
    with pytest.raises(BadRequest) as refused:
        tokens.list(end=21)

    assert refused.value.code == "A159205"


def test_counts_live_tokens_of_a_client_in_the_words_of_the_api(authlete, wire):
    page = {"start": 0, "end": 0, "totalCount": 3, "accessTokens": None}
    route = wire.get("/api/17/auth/token/get/list").respond(json=page)

    assert authlete.service(17).tokens.count(4471) == 3
    assert dict(route.calls.last.request.url.params) == {
        "clientIdentifier": "4471",
        "tokenStatus": "VALID",
        "start": "0",
        "end": "0",
    }

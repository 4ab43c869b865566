"""Counting tokens."""

LIST = "/api/17/auth/token/get/list"


def test_counts_live_tokens_of_a_client_without_listing_any(authlete, wire):
    page = {"start": 0, "end": 0, "totalCount": 3, "accessTokens": None}
    route = wire.get(LIST).respond(json=page)

    assert authlete.service(17).tokens.count(4471) == 3
    assert dict(route.calls.last.request.url.params) == {
        "clientIdentifier": "4471",
        "tokenStatus": "VALID",
        "start": "0",
        "end": "0",
    }

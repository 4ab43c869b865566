"""Token lists: Authlete facts, 8."""

import pytest

from tenants.sandbox.state import StoredToken
from tests.support.sandbox import FAR_FUTURE, SERVICE

LIST = f"/api/{SERVICE}/auth/token/get/list"


@pytest.fixture
def tokens(sandbox):
    region = sandbox.region("us")
    client = {"clientName": "Till", "clientType": "PUBLIC", "clientSecret": "s3cret"}
    region.clients[SERVICE][5] = client | {"clientId": 5, "clientIdAlias": "till"}
    region.tokens[SERVICE] = [
        StoredToken(f"hash-{at}", 5, "AUTHORIZATION_CODE", ("openid",), 1, FAR_FUTURE, "ann")
        for at in range(30)
    ]
    return region.tokens[SERVICE]


@pytest.mark.parametrize(
    ("query", "expected"), [({}, 5), ({"end": 20}, 20), ({"start": 20, "end": 40}, 10)]
)
def test_list_returns_a_range(caller, tokens, query, expected):
    page = caller.get(LIST, params=query).json()

    assert page["totalCount"] == 30
    assert len(page["accessTokens"]) == expected


def test_rows_contain_hashes_and_no_tokens(caller, tokens):
    page = caller.get(LIST, params={"end": 1}).json()

    assert page["accessTokens"] == [
        {
            "accessTokenHash": "hash-0",
            "accessTokenExpiresAt": FAR_FUTURE,
            "refreshTokenExpiresAt": 0,
            "createdAt": 1,
            "lastRefreshedAt": 0,
            "clientId": 5,
            "subject": "ann",
            "grantType": "AUTHORIZATION_CODE",
            "scopes": ["openid"],
        }
    ]


@pytest.mark.parametrize("name", ["5", "till"])
def test_client_filter_names_the_client_without_its_secret(caller, tokens, name):
    page = caller.get(LIST, params={"clientIdentifier": name}).json()

    assert page["client"]["clientName"] == "Till"
    assert "clientSecret" not in page["client"]
    response = caller.get(LIST, params={"clientIdentifier": "nobody"})
    assert response.json()["resultCode"] == "A001218"


@pytest.mark.parametrize("status", ["ALL", "VALID", "INVALID"])
def test_expired_and_valid_tokens_are_filtered(caller, tokens, status):
    tokens[3].expires_at = 1000
    tokens[4].expires_at = 0  # never

    page = caller.get(LIST, params={"tokenStatus": status}).json()

    assert page["totalCount"] == {"ALL": 30, "VALID": 29, "INVALID": 1}[status]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("start=x", "A159201"),
        ("start=-1", "A159202"),
        ("end=x", "A159203"),
        ("end=-1", "A159204"),
        ("start=10&end=31", "A159205"),
    ],
)
def test_invalid_range_is_rejected(caller, tokens, query, code):
    response = caller.get(f"{LIST}?{query}")

    assert (response.status_code, response.json()["resultCode"]) == (400, code)


def test_empty_range_returns_only_the_count(caller, tokens):
    page = caller.get(LIST, params={"start": 0, "end": 0}).json()

    assert page == {"start": 0, "end": 0, "totalCount": 30}


def test_tokens_are_deleted_with_client_and_service(caller, tokens, sandbox, client_as):
    region = sandbox.region("us")
    region.tokens[SERVICE].append(StoredToken("other", 6, "PASSWORD", (), 1, FAR_FUTURE))

    caller.delete(f"/api/{SERVICE}/client/delete/5")
    assert [token.client_id for token in region.tokens[SERVICE]] == [6]

    body = {"apiServerId": region.server_id, "organizationId": 1, "serviceId": SERVICE}
    client_as(place="idp").post("/api/service/remove", json=body).raise_for_status()
    assert SERVICE not in region.tokens
    assert SERVICE not in region.clients


def test_free_plan_has_no_list(caller, tokens, sandbox):
    sandbox.state.organizations[1].plan = "FREE"

    assert caller.get(LIST).status_code == 403


def test_client_permissions_cannot_list(client_as, tokens):
    assert client_as("clients").get(LIST).json()["resultCode"] == "A457101"

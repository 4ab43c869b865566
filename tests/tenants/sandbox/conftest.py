import pytest

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox
from tenants.sandbox.seeding.keys import create_jwk_set
from tenants.sandbox.state import StoredToken
from tenants.sandbox.token_lookup import hash_token
from tests.support.sandbox import CLIENT, FAR_FUTURE, SERVICE, SandboxClient

GRANT_TYPES = "AUTHORIZATION_CODE REFRESH_TOKEN IMPLICIT CLIENT_CREDENTIALS JWT_BEARER"


@pytest.fixture
def sandbox():
    """An empty sandbox with two organizations and one service of the first."""
    sandbox = Sandbox()
    state = sandbox.state
    acme, other = state.organization("acme"), state.organization("other")
    state.accept(ApiToken("full", acme, ORGANIZATION_PERMISSIONS))
    state.accept(ApiToken("reads", acme, ("view_service",)))
    state.accept(ApiToken("creates", acme, ("create_service", "delete_service")))
    state.accept(ApiToken("other", other, ORGANIZATION_PERMISSIONS))
    state.accept(ApiToken("gone", acme, ORGANIZATION_PERMISSIONS, revoked=True))
    state.accept(ApiToken("old", acme, ORGANIZATION_PERMISSIONS, expires_at=1.0))
    state.accept(ApiToken("only-jp", acme, ORGANIZATION_PERMISSIONS, regions=("jp",)))
    state.accept(ApiToken("service", acme, ("modify_service",), service_id=SERVICE))
    state.accept(ApiToken("clients", acme, ("modify_client",), service_id=SERVICE))
    sandbox.services[SERVICE] = {
        "apiKey": SERVICE,
        "number": 5,
        "serviceName": "Shop",
        "apiSecret": "s3cret",
        "createdAt": 1,
        "modifiedAt": 1,
        "accessTokenDuration": 3600,
    }
    return sandbox


@pytest.fixture
def caller(sandbox):
    return SandboxClient(sandbox)


@pytest.fixture
def client_as(sandbox):
    """Speak with another token, at another place."""

    def make(token="full", place="us"):
        return SandboxClient(sandbox, place, token)

    return make


@pytest.fixture
def make(caller):
    """Create a client and return it as it is answered."""

    def make(**members):
        response = caller.post(f"{CLIENT}/create", json=members)
        assert response.status_code == 201, response.text
        return response.json()

    return make


@pytest.fixture
def token_service(sandbox):
    """A region whose service issues tokens to two clients: 5 (till) and 6."""
    sandbox.services[SERVICE] |= {
        "issuer": "https://shop.example",
        "supportedGrantTypes": GRANT_TYPES.split(),
        "supportedScopes": [{"name": scope} for scope in ("openid", "orders", "loans")],
        "refreshTokenDuration": 7200,
        "jwks": create_jwk_set("shop", "ES256"),
    }
    region = sandbox.region("us")
    for number, alias in ((5, "till"), (6, "web")):
        client = {"clientId": number, "clientIdAlias": alias, "clientName": alias}
        region.clients[SERVICE][number] = client
    return region


@pytest.fixture
def issue(token_service):
    """Add a token with the given value to the service."""

    def issue(value="t1", client=5, subject="ann", expires=FAR_FUTURE, **more):
        refresh = more.pop("refresh", "")
        token = StoredToken(
            hash_token(value),
            client,
            "AUTHORIZATION_CODE",
            more.pop("scopes", ("openid", "orders")),
            1000,
            expires,
            subject,
            hash_token(refresh) if refresh else "",
            FAR_FUTURE if refresh else 0,
            access_token=value,
            refresh_token=refresh,
            **more,
        )
        token_service.tokens[SERVICE].append(token)
        return token

    return issue

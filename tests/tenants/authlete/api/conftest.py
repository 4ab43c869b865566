import pytest

from tenants.sandbox.seeding.keys import create_jwk_set
from tenants.sandbox.state import StoredToken
from tests.support.authlete_api import LATE


@pytest.fixture
def tokens(environment):
    sandbox = environment.sandbox
    sandbox.services[17] |= {
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "supportedScopes": [{"name": "openid"}, {"name": "orders"}],
        "jwks": create_jwk_set("shop", "ES256"),
        "accessTokenSignAlg": "ES256",
    }
    sandbox.clients[5] = {"clientId": 5, "clientIdAlias": "till"}
    sandbox.clients[6] = {"clientId": 6, "clientIdAlias": "jobs"}
    sandbox.region("us").tokens[17] = [
        StoredToken("h1", 5, "AUTHORIZATION_CODE", ("openid",), 1, LATE, "ann", "r1"),
        StoredToken("h2", 5, "AUTHORIZATION_CODE", (), 1, 1000, "bob"),
        StoredToken("h3", 6, "CLIENT_CREDENTIALS", ("jobs",), 1, 0),
    ]
    return environment.connect().service(17).tokens


@pytest.fixture
def left_hashes(environment):
    """Return the access token hashes that the sandbox still has."""
    return lambda: [token.access_hash for token in environment.sandbox.region("us").tokens[17]]

import pytest

from tenants.sandbox.minting import key_set
from tenants.sandbox.state import Issued

LATE = 4_102_444_800_000  # 1 January 2100, in milliseconds


@pytest.fixture
def tokens(world):
    sandbox = world.sandbox
    sandbox.services[17] |= {
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "supportedScopes": [{"name": "openid"}, {"name": "orders"}],
        "jwks": key_set("shop", "ES256"),
        "accessTokenSignAlg": "ES256",
    }
    sandbox.clients[5] = {"clientId": 5, "clientIdAlias": "till"}
    sandbox.clients[6] = {"clientId": 6, "clientIdAlias": "jobs"}
    sandbox.region("us").tokens[17] = [
        Issued("h1", 5, "AUTHORIZATION_CODE", ("openid",), 1, LATE, "ann", "r1"),
        Issued("h2", 5, "AUTHORIZATION_CODE", (), 1, 1000, "bob"),
        Issued("h3", 6, "CLIENT_CREDENTIALS", ("jobs",), 1, 0),
    ]
    return world.door().service(17).tokens


@pytest.fixture
def kept(world):
    """The hashes that are left in the sandbox."""
    return lambda: [one.access_hash for one in world.sandbox.region("us").tokens[17]]

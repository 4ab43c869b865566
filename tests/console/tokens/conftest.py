import time
from typing import Any

import pytest

from console.models import Lookup
from tenants.organizations.roles import Role
from tenants.sandbox import signing
from tenants.sandbox.seeding.keys import create_jwk_set
from tenants.sandbox.state import StoredToken
from tenants.sandbox.token_lookup import hash_token
from tests.console.tokens.pasted_tokens import ISSUER, LEAKED, OWNER, REFRESH
from tests.support.clients import LATE, make_client
from tests.support.forms import URLENCODED, fill_form
from tests.support.tokens import SUBJECT, TOKENS, VALUE


@pytest.fixture
def now():
    return int(time.time()) * 1000


@pytest.fixture
def issue(sandbox):
    """Issue a token of client 44, and return it as the sandbox keeps it."""

    def issue(number=0, **more):
        fields: dict[str, Any] = {
            "access_hash": f"{number:04d}{'h' * 39}",
            "client_id": 44,
            "grant_type": "AUTHORIZATION_CODE",
            "scopes": ("openid", "orders"),
            "created_at": 1_700_000_000_000,
            "expires_at": LATE,
            "subject": SUBJECT,
            "refresh_hash": f"{number:04d}{'r' * 39}",
            "refresh_expires_at": LATE,
            "access_token": VALUE,
        }
        token = StoredToken(**(fields | more))
        sandbox.region("us").tokens[17].append(token)
        return token

    return issue


@pytest.fixture
def token_service(acme, sandbox):
    """Two clients of service 17, whose tokens may have three scopes."""
    sandbox.services[17] |= {
        "supportedScopes": [{"name": scope} for scope in ("openid", "orders", "email")],
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "CLIENT_CREDENTIALS", "REFRESH_TOKEN"],
    }
    sandbox.clients[44] = make_client(44, clientName="Till")
    sandbox.clients[45] = make_client(45, clientName="Web shop")
    return sandbox


@pytest.fixture
def admin(member, token_service):
    return member(Role.ADMIN)


@pytest.fixture
def look_up():
    """Narrow the list to a subject, and give the lookup's id."""

    def look_up(browser, subject=SUBJECT, query=""):
        response = browser.post(TOKENS + query, {"subject": subject})
        lookup = Lookup.objects.latest("created_at").pk
        assert f"subject={lookup}" in response["Location"]
        return lookup

    return look_up


@pytest.fixture
def signer(token_service):
    """The same service with signed tokens and a scope description."""
    token_service.services[17] |= {
        "issuer": ISSUER,
        "accessTokenSignAlg": "ES256",
        "jwks": create_jwk_set("shop", "ES256"),
        "supportedScopes": [{"name": "orders", "description": "Read your orders"}],
    }
    return token_service


@pytest.fixture
def leaked_token(signer, issue):
    """A leaked token of Till."""
    return issue(access_hash=hash_token(LEAKED), subject=OWNER, refresh_hash=hash_token(REFRESH))


@pytest.fixture
def jwt(signer):
    """Return a function that signs a JWT of the service around a token value."""

    def jwt(value=LEAKED, **claims):
        defaults = {"iss": ISSUER, "sub": OWNER, "jti": value, "exp": LATE // 1000}
        return signing.sign_jwt(signer.services[17], defaults | claims, "ES256", typ="at+jwt")

    return jwt


@pytest.fixture
def submit_form():
    """Return a function that fills in a form and submits it."""

    def submit_form(browser, url, having="reason", **entered):
        why = {"reason": "Lost phone", "ticket": "INC-1"} | entered
        body = fill_form(browser.get(url), having, **why)
        return browser.post(url, body, content_type=URLENCODED)

    return submit_form

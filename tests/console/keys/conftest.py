import json

import pytest

from console.models import Rollover
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.jobs import reach_start
from tests.support.keys import KEYS, UP, Stored, jwk, key


@pytest.fixture
def hsm_service(acme, sandbox):
    """Service 17 with two HSM keys, one of which signs ID tokens."""
    service = sandbox.services[17]
    service |= {
        "hsmEnabled": True,
        "hsks": [key("till-1"), key("till-2", "RSA-OAEP-256")],
        "idTokenSignatureKeyId": "till-1",
    }
    return service


@pytest.fixture
def bank(acme, sandbox):
    """Service 17, which signs ID tokens and JWT access tokens with the key old; keep
    is another that nothing names.
    """
    sandbox.services[17] |= {
        "issuer": "https://bank.example",
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "supportedScopes": [{"name": "openid"}],
        "refreshTokenDuration": 864_000,
        "idTokenDuration": 7200,
        "accessTokenSignAlg": "ES256",
        "jwks": json.dumps({"keys": [jwk("old"), jwk("keep", "RS256")]}),
        "idTokenSignatureKeyId": "old",
        "accessTokenSignatureKeyId": "old",
    }
    return Stored(sandbox.services, 17)


@pytest.fixture
def admin(member, bank):
    return member(Role.ADMIN)


@pytest.fixture
def submit_form():
    """Fill in one of the pages about the keys of service 17 and send it."""

    def submit_form(browser, page, having="idempotency_key", **entered):
        url = page if page.startswith("/") else f"{KEYS}{page}"
        why = {"reason": "Yearly, says risk", "ticket": "CHG-7"} if having else {}
        body = fill_form(browser.get(url), having, **why | entered)
        return browser.post(url, body, content_type=URLENCODED)

    return submit_form


@pytest.fixture
def start_rollover(admin, submit_form):
    """Return a function that starts a rollover of the key ``old``."""

    def start_rollover(**entered):
        response = submit_form(admin, "roll/?set=jwks&key=0", kid="new", **entered)
        assert response.status_code == 302, response.content.decode()
        return Rollover.objects.get(state__in=Rollover.OPEN)

    return start_rollover


@pytest.fixture
def come(worker):
    """Let the time of what a rollover does next come, and a worker do it."""

    def come(rollover):
        rollover.refresh_from_db()
        reach_start(rollover.job)
        worker()
        rollover.refresh_from_db()
        return rollover.state

    return come


@pytest.fixture
def fed(admin, bank, submit_form, worker):
    """A key of a federation that is being replaced, and waits for caches."""
    bank["federationJwks"] = json.dumps({"keys": [jwk("fed")]})
    bank["federationSignatureKeyId"] = "fed"
    bank["authorityHints"] = [UP]
    submit_form(admin, "roll/?set=federationJwks&key=0", kid="fed-2")
    worker()
    return Rollover.objects.get()

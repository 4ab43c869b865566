import httpx
import pytest

from tenants.sandbox.access import ORGANIZATION, Token
from tenants.sandbox.app import Sandbox

SERVICE = 1001
CLIENT = f"/api/{SERVICE}/client"


class Caller(httpx.Client):
    """Speaks to one place of a sandbox, with a token that may do everything."""

    def __init__(self, sandbox, place="us", token="full"):
        host = "login" if place == "idp" else place
        super().__init__(
            transport=httpx.WSGITransport(app=sandbox),
            base_url=f"https://{host}.authlete.com",
            headers={"Authorization": f"Bearer {token}"},
        )

    def update(self, body, **options):
        return self.post(f"/api/{SERVICE}/service/update", json=body, **options)

    def service(self):
        return self.get(f"/api/{SERVICE}/service/get").json()


@pytest.fixture
def sandbox():
    """An empty sandbox with two organizations and one service of the first."""
    sandbox = Sandbox()
    state = sandbox.state
    acme, other = state.organization("acme"), state.organization("other")
    state.accept(Token("full", acme, ORGANIZATION))
    state.accept(Token("reads", acme, ("view_service",)))
    state.accept(Token("creates", acme, ("create_service", "delete_service")))
    state.accept(Token("other", other, ORGANIZATION))
    state.accept(Token("gone", acme, ORGANIZATION, revoked=True))
    state.accept(Token("old", acme, ORGANIZATION, expires_at=1.0))
    state.accept(Token("only-jp", acme, ORGANIZATION, regions=("jp",)))
    state.accept(Token("service", acme, ("modify_service",), service_id=SERVICE))
    state.accept(Token("clients", acme, ("modify_client",), service_id=SERVICE))
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
    return Caller(sandbox)


@pytest.fixture
def as_(sandbox):
    """Speak with another token, at another place."""

    def make(token="full", place="us"):
        return Caller(sandbox, place, token)

    return make


@pytest.fixture
def make(caller):
    """Create a client and return it as it is answered."""

    def make(**members):
        response = caller.post(f"{CLIENT}/create", json=members)
        assert response.status_code == 201, response.text
        return response.json()

    return make


def refused(response):
    return response.status_code, response.json()["resultCode"]

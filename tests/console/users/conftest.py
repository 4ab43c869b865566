import pytest
from pydantic import SecretStr

from console.models import Lookup
from tenants.models import Credential
from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredGrant
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form
from tests.support.users import SUBJECT, USERS_URL, WHY, YESTERDAY, issue


@pytest.fixture
def help_desk(member, sandbox):
    return member(Role.HELP_DESK)


@pytest.fixture
def look_up(help_desk):
    """Return a function that looks up a user and returns the page's path."""

    def look_up(subject=SUBJECT, browser=help_desk):
        response = browser.post(USERS_URL, {"subject": subject})
        assert response.status_code == 302
        assert response["Location"] == f"{USERS_URL}{Lookup.objects.latest('created_at').pk}/"
        return response["Location"]

    return look_up


@pytest.fixture
def world(sandbox, acme):
    """Three regions; the user has live and expired apps in two."""
    for region in ("jp", "eu"):
        Credential(organization=acme, region=region).set_token(SecretStr("t0p")).save()
    sandbox.services[17]["supportedScopes"] = [
        {"name": "orders", "description": "Read your orders"},
        {"name": "openid", "description": None},
    ]
    sandbox.clients[44] = make_client(44, clientName="Till")
    sandbox.clients[45] = make_client(45, clientName="<b>Web shop</b>")
    sandbox.region("jp").services[19] = {"apiKey": 19, "serviceName": "Bank", "modifiedAt": 1}
    sandbox.region("jp").clients[19][46] = make_client(46, clientName="Ledger")
    issue(sandbox, 44, scopes=("orders", "openid"), refreshed_at=YESTERDAY)
    issue(sandbox, 44, expires_at=YESTERDAY, created_at=YESTERDAY)
    issue(sandbox, 44, subject="user-2", scopes=("of-another",))
    issue(sandbox, 45, expires_at=YESTERDAY)
    issue(sandbox, 46, service=19, region="jp", scopes=("strange",))
    return sandbox


@pytest.fixture
def world_with_scopes(world):
    """The same with remembered consent and a service without users."""
    world.region("us").granted[17][44, SUBJECT] = StoredGrant(["orders"], ["orders"], 1)
    world.region("jp").services[20] = {"apiKey": 20, "serviceName": "Empty", "modifiedAt": 1}
    return world


@pytest.fixture
def revoke_all_path(look_up, world):
    return f"{look_up()}revoke/"


@pytest.fixture
def begin(help_desk, revoke_all_path):
    """Return a function that revokes everything and returns the receipt's path."""

    def begin(**entered):
        body = fill_form(help_desk.get(revoke_all_path), "typed", **(WHY | entered))
        response = help_desk.post(revoke_all_path, body, content_type=URLENCODED)
        assert response.status_code == 302
        return response["Location"]

    return begin

import time
from typing import Any

import pytest
from pydantic import SecretStr

from console.models import Lookup
from tenants.models import Credential
from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredToken
from tests.console.clients.conftest import LATE, make_client

USERS_URL = "/acme/subjects/"
SUBJECT = "user-204188"
YESTERDAY = int(time.time() - 86_400) * 1000  # milliseconds since 1970


@pytest.fixture
def desk(member, sandbox):
    return member(Role.HELP_DESK)


@pytest.fixture
def look_up(desk):
    """Look somebody up in the box, and give the path of their page."""

    def look_up(subject=SUBJECT, browser=desk):
        response = browser.post(USERS_URL, {"subject": subject})
        assert response.status_code == 302
        assert response["Location"] == f"{USERS_URL}{Lookup.objects.latest('made_at').pk}/"
        return response["Location"]

    return look_up


@pytest.fixture
def world(sandbox, acme):
    """Three regions; the subject has apps in two of them, live and expired."""
    for region in ("jp", "eu"):
        Credential(organization=acme, region=region).set_token(SecretStr("t0p")).save()
    sandbox.services[17]["supportedScopes"] = [
        {"name": "orders", "description": "Read your orders"},
        {"name": "openid", "description": None},
    ]
    sandbox.clients[44] = make_client(44, clientName="Till")
    sandbox.clients[45] = make_client(45, clientName="<b>Web shop</b>")
    sandbox.region("jp").services[19] = {
        "apiKey": 19,
        "serviceName": "Bank",
        "modifiedAt": 1,
    }
    sandbox.region("jp").clients[19][46] = make_client(46, clientName="Ledger")
    issue(sandbox, 44, scopes=("orders", "openid"), refreshed_at=YESTERDAY)
    issue(sandbox, 44, expires_at=YESTERDAY, created_at=YESTERDAY)
    issue(sandbox, 44, subject="user-2", scopes=("of-another",))
    issue(sandbox, 45, expires_at=YESTERDAY)
    issue(sandbox, 46, service=19, region="jp", scopes=("strange",))
    return sandbox


def issue(sandbox, client_id, *, service=17, region="us", subject=SUBJECT, **more):
    """A token of a subject's."""
    held = sandbox.region(region).tokens[service]
    told: dict[str, Any] = {"scopes": (), "created_at": YESTERDAY, "expires_at": LATE}
    held.append(
        StoredToken(
            f"hash-{client_id}-{len(held)}",
            client_id,
            "AUTHORIZATION_CODE",
            subject=subject,
            **(told | more),
        )
    )

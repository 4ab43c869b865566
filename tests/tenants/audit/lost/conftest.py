from copy import deepcopy

import pytest

from tenants.audit.log import AuditLog
from tenants.audit.lost.settling import settle, unknown
from tenants.audit.who import Who
from tenants.authlete import connections
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.watch import Unwatched
from tenants.connect import connect, credentials
from tenants.models import Credential
from tenants.reconciling import look
from tenants.sandbox.state import Granted, Issued
from tests.aged import overdue
from tests.tenants.audit.lost.calls import HASH, LATE, OLD


@pytest.fixture
def shop(acme, sandbox):
    Credential.objects.update(number=1)
    sandbox.state.window = 0
    sandbox.services[17] |= {
        "hsmEnabled": True,
        "hsks": [{"kid": "old", "handle": HASH, "kty": "EC", "use": "sig"}],
        "supportedScopes": [{"name": "openid"}, {"name": "email"}],
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "CLIENT_CREDENTIALS"],
    }
    sandbox.services[18] = {"apiKey": 18, "serviceName": "Old", "modifiedAt": 1}
    for number in (5, 6):
        sandbox.clients[number] = {
            "clientId": number,
            "clientName": f"Till {number}",
            "clientSecret": "the-secret",
            "grantTypes": ["AUTHORIZATION_CODE"],
            "modifiedAt": 1,
            "createdAt": OLD,
        }
    sandbox.clients[6]["extension"] = {
        "requestableScopesEnabled": True,
        "requestableScopes": ["openid"],
    }
    us = sandbox.region("us")
    us.tokens[17] = [
        Issued(HASH, 5, "AUTHORIZATION_CODE", ("openid",), OLD, LATE, "ann"),
        Issued("g" * 43, 5, "AUTHORIZATION_CODE", ("openid",), OLD, LATE, "bob"),
    ]
    us.granted[17] = {(5, "ann"): Granted(["openid"], ["openid"], OLD)}
    service = connect(credentials(acme), "us", Unwatched()).service(17)
    service.update(1, {"description": "As Authlete lays it out"})
    service.client(5).update(1, {"description": "As Authlete lays it out"})
    return sandbox


@pytest.fixture
def who(acme):
    return Who(7, "ida@acme.example", organization_id=acme.pk)


@pytest.fixture
def lose(acme, shop, who, monkeypatch):
    """Lose the reply of what ``do`` does, and give what is found of it; afterwards
    the world is as it was, and nothing unknown."""

    def lose(operation, do, then=lambda: None, sent=overdue, **fault):
        monkeypatch.setattr(connections, "_all", {})  # no region rests
        door = connect(credentials(acme), "us", AuditLog(who))
        us = shop.region("us")
        kept = deepcopy((us.services, us.clients[17], us.tokens[17], us.granted[17]))
        shop.fault(operation=operation, times=1, **fault)
        with sent(), pytest.raises(AuthleteError):
            do(door, door.service(17))
        (entry,) = unknown(acme.pk)
        then()
        finding = look(who, acme, entry)
        with sent():
            settle(who, entry, Outcome.DONE, "")
        us.services.clear()
        us.services.update(kept[0])
        us.clients[17], us.tokens[17], us.granted[17] = kept[1:]
        return finding

    return lose

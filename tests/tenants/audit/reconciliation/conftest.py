from copy import deepcopy

import pytest

from tenants.audit.actor import Actor
from tenants.audit.reconciliation.resolutions import find_unresolved, resolve
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.audit_sink import NullAuditSink
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport import connection_pool
from tenants.models import Credential
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.reconciliation import find_evidence
from tenants.sandbox.state import StoredGrant, StoredToken
from tests.support.backdating import backdate_calls
from tests.tenants.audit.reconciliation.calls import HASH, LATE, OLD


@pytest.fixture
def token_service(acme, sandbox):
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
        StoredToken(HASH, 5, "AUTHORIZATION_CODE", ("openid",), OLD, LATE, "ann"),
        StoredToken("g" * 43, 5, "AUTHORIZATION_CODE", ("openid",), OLD, LATE, "bob"),
    ]
    us.granted[17] = {(5, "ann"): StoredGrant(["openid"], ["openid"], OLD)}
    service = connect(load_credentials(acme), "us", NullAuditSink()).service(17)
    service.update(1, {"description": "As Authlete lays it out"})
    service.client(5).update(1, {"description": "As Authlete lays it out"})
    return sandbox


@pytest.fixture
def actor(acme):
    return Actor(7, "ida@acme.example", organization_id=acme.pk)


@pytest.fixture
def lose(acme, token_service, actor, monkeypatch):
    """Lose the reply of what ``do`` does, and give what is found of it; afterwards
    the world is as it was, and nothing unknown.
    """

    def lose(operation, do, then=lambda: None, sent=backdate_calls, **fault):
        monkeypatch.setattr(connection_pool, "_pools", {})  # no region rests
        door = connect(load_credentials(acme), "us", AuditLogSink(actor))
        us = token_service.region("us")
        before = deepcopy((us.services, us.clients[17], us.tokens[17], us.granted[17]))
        token_service.fault(operation=operation, times=1, **fault)
        with sent(), pytest.raises(AuthleteError):
            do(door, door.service(17))
        (entry,) = find_unresolved(acme.pk)
        then()
        finding = find_evidence(actor, acme, entry)
        with sent():
            resolve(actor, entry, Outcome.SUCCEEDED, "")
        us.services.clear()
        us.services.update(before[0])
        us.clients[17], us.tokens[17], us.granted[17] = before[1:]
        return finding

    return lose

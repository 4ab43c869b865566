"""A reply is lost, before Authlete did what was asked or after it: what is found."""

import ast
import inspect
from copy import deepcopy

import pytest
from pydantic import SecretStr

from tenants.audit.log import AuditLog
from tenants.audit.lost.rules import RULES
from tenants.audit.lost.settling import settle, unknown
from tenants.audit.who import Who
from tenants.authlete import api, connections
from tenants.authlete.changes import Change
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.watch import Unwatched
from tenants.connect import connect, credentials, redactor
from tenants.models import Credential
from tenants.reconciling import LEARNT, look
from tenants.sandbox.state import Granted, Issued

LATE = 4_102_444_800_000  # milliseconds since 1970: the year 2100
OLD = 1_700_000_000_000
HASH = "h" * 43
NEITHER = "otherwise"
NEW = SecretStr("another-secret")


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


def one_token(service):
    return next(
        one for one in service.tokens.list().access_tokens if one.subject == "ann"
    )


def set_secret(service):
    marks = [redactor().fingerprint(one) for one in ("the-secret", "another-secret")]
    service.client(5).set_secret(NEW, (Change("clientSecret", *marks),))


def refresh(service):
    service.client(5).refresh_secret(redactor().fingerprint("the-secret").mark)


DO = {
    "service.update": lambda door, one: one.update(
        one.get().modified_at, {"accessTokenDuration": 60}
    ),
    "client.update": lambda door, one: one.client(5).update(
        one.client(5).get().modified_at, {"clientName": "New"}
    ),
    "idp.create_service": lambda door, one: door.idp.create_service(
        {"serviceName": "Brand new"}
    ),
    "client.create": lambda door, one: one.clients.create({"clientName": "Brand new"}),
    "client.refresh_secret": lambda door, one: refresh(one),
    "client.set_secret": lambda door, one: set_secret(one),
    "client.set_lock": lambda door, one: one.client(5).set_lock(True),
    "requestable_scopes.update": lambda door, one: one.client(5).set_requestable_scopes(
        ["email"], None
    ),
    "requestable_scopes.delete": lambda door, one: one.client(
        6
    ).open_requestable_scopes(["openid"]),
    "client.delete": lambda door, one: one.client(5).delete(),
    "idp.remove_service": lambda door, one: door.idp.remove_service(18),
    "key.create": lambda door, one: one.hardware_keys.create(
        kty="EC", use="sig", alg="ES256", kid="new"
    ),
    "key.delete": lambda door, one: one.hardware_keys.delete(HASH, "old"),
    "token.create": lambda door, one: one.tokens.create(
        "AUTHORIZATION_CODE", 5, subject="ann", scopes=["openid"]
    ),
    "token.update": lambda door, one: one.tokens.update(
        one_token(one), scopes=[], expires_at=LATE + 60_000
    ),
    "token.revoke": lambda door, one: one.tokens.revoke(one_token(one)),
    "token.delete": lambda door, one: one.tokens.delete(one_token(one)),
    "authorization.delete_post": lambda door, one: one.grants.revoke_authorization(
        5, "ann"
    ),
    "granted_scopes.delete": lambda door, one: one.grants.delete_granted_scopes(
        5, "ann"
    ),
}
MASS = {
    "client": lambda door, one: one.tokens.revoke_client(client_id=5),
    "subject": lambda door, one: one.tokens.revoke_subject(subject="ann"),
    "pair": lambda door, one: one.tokens.revoke_pair(client_id=5, subject="ann"),
}
# Nothing changes at Authlete, or the same as another.
BESIDE = {
    "client.reveal_secret",
    "client.keep_secret",
    "requestable_scopes.update_post",
}


@pytest.fixture
def lose(acme, shop, who, monkeypatch):
    """Lose the reply of what ``do`` does, and give what is found of it; afterwards
    the world is as it was, and nothing unknown."""

    def lose(operation, do, then=lambda: None, **fault):
        monkeypatch.setattr(connections, "_all", {})  # no region rests
        door = connect(credentials(acme), "us", AuditLog(who))
        us = shop.region("us")
        kept = deepcopy((us.services, us.clients[17], us.tokens[17], us.granted[17]))
        shop.fault(operation=operation, times=1, **fault)
        with pytest.raises(AuthleteError):
            do(door, door.service(17))
        (entry,) = unknown(acme.pk)
        then()
        finding = look(who, acme, entry)
        settle(who, entry, Outcome.DONE, "")
        us.services.clear()
        us.services.update(kept[0])
        us.clients[17], us.tokens[17], us.granted[17] = kept[1:]
        return finding

    return lose


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ({"kind": "reset"}, "not done"),
        ({"kind": "reset", "after": True}, "done"),
        ({"kind": "truncate", "after": True}, "done"),
        ({"kind": "status", "status": 502, "after": True}, "done"),
    ],
)
def test_tells_of_each_operation_whether_it_was_done(lose, fault, found):
    told = {name: lose(name, do, **fault) for name, do in DO.items()}
    told |= {
        f"all of a {of}": lose("token.revoke", do, **fault) for of, do in MASS.items()
    }

    assert {k: str(v.said) for k, v in told.items() if v.verdict != found} == {}


def test_leaves_to_a_person_what_somebody_else_changed(lose, shop):
    """Where a rule could only guess."""
    reset = {"kind": "reset", "after": True}
    us = shop.region("us")
    again = Issued("n" * 43, 5, "AUTHORIZATION_CODE", (), OLD, LATE, "ann")

    def also(name, of, **members):
        return lose(name, DO[name], lambda: of().update(members), **reset).verdict

    def till():
        return us.clients[17][5]

    assert also("service.update", lambda: us.services[17], description="x") == NEITHER
    assert also("client.update", till, description="x") == NEITHER
    assert also("client.set_secret", till, clientSecret="x") == NEITHER
    made = lose(
        "token.create", DO["token.create"], lambda: us.tokens[17].append(again), **reset
    )
    assert made.verdict == "cannot tell"
    assert len(made.candidates) == 1
    some = lose(
        "token.revoke",
        MASS["client"],
        lambda: us.tokens[17].append(again),
        kind="reset",
        after=True,
    )
    assert some.verdict == NEITHER
    named = us.clients[17][6] | {"clientId": 7, "clientName": "Brand new"}
    two = lose(
        "client.create",
        DO["client.create"],
        lambda: us.clients[17].update({7: named | {"createdAt": 0}}),
        **reset,
    )
    assert (two.verdict, len(two.candidates)) == ("cannot tell", 2)


def test_cannot_tell_while_the_region_does_not_answer(lose, shop):
    def down():
        shop.fault("status", operation="client.get", status=503)

    found = lose("client.delete", DO["client.delete"], down, kind="reset", after=True)

    assert found.verdict == "cannot tell"
    assert "could not be looked at" in found.said


@pytest.mark.parametrize(
    ("batching", "told", "found"),
    [
        ({}, False, "cannot tell"),  # its id was in the reply that was lost
        ({}, True, "done"),
        ({"fails_after": 0}, True, "not done"),
        ({"fails_after": 1}, True, NEITHER),
        ({"delay": 60_000}, True, "cannot tell"),  # it runs still
    ],
)
def test_tells_of_a_batch_by_the_id_that_was_learnt(
    lose, shop, monkeypatch, batching, told, found
):
    for name, value in batching.items():
        setattr(shop.state.batching, name, value)
    token = {"clientId": 5, "grantType": "AUTHORIZATION_CODE", "subject": "ann"}
    batches = shop.region("us").batches
    monkeypatch.setitem(
        LEARNT,
        "token_batch.create",
        lambda _: {"request_id": next(iter(batches))} if told else {},
    )

    finding = lose(
        "token_batch.create",
        lambda door, one: one.token_batches.create([token, token]),
        kind="reset",
        after=True,
    )

    assert finding.verdict == found, finding.said


TWINS = "The console sends another operation that does the same."
SERVERS = "Authorization servers send it; the console only declares it."
WHY_NOT = {
    "service.create": TWINS,  # idp.create_service
    "service.delete": TWINS,  # idp.remove_service
    "authorization.delete": TWINS,  # authorization.delete_post
    "authorization.delete_by_subject": TWINS,
    "granted_scopes.delete_by_subject": TWINS,  # granted_scopes.delete
    "authorization.update": SERVERS,
    "grant.manage": SERVERS,
    "ticket.update": SERVERS,
    "id_token.reissue": SERVERS,
    "auth": SERVERS,
    "backchannel": SERVERS,
    "device": SERVERS,
    "registration": SERVERS,
    "federation.registration": SERVERS,
    "native_sso": SERVERS,
    "vci": SERVERS,
}


def test_has_a_rule_or_a_reason_for_each_operation_that_is_more_than_a_read():
    """What is declared, and what the modules of `api` really send."""
    ruled, sent, left = set(RULES), set(), set()
    for group in api.GROUPS:
        tree = ast.parse(inspect.getsource(group))
        used = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        for constant, one in vars(group).items():
            if not isinstance(one, Operation) or one.effect is Effect.READ:
                continue
            if constant in used:
                sent.add(one.name)
            elif one.name not in ruled:
                left.add(one.name)

    assert sent <= ruled
    assert left == {
        name
        for name in api.OPERATIONS.keys() - ruled
        if name in WHY_NOT or name.partition(".")[0] in WHY_NOT
        if api.OPERATIONS[name].effect is not Effect.READ
    }
    assert set(DO) | BESIDE | {"token_batch.create"} == ruled

"""A reply is lost, before Authlete did what was asked or after it: what is found."""

import ast
import inspect
import json
from types import SimpleNamespace
from typing import Any

import pytest

from tenants.audit.reconciliation import object_rules, token_rules
from tenants.audit.reconciliation.evidence import OLDER_FINGERPRINT
from tenants.audit.reconciliation.rules import RULES
from tenants.authlete import api
from tenants.authlete.operation import Effect, Operation
from tenants.organizations.reconciliation import EVIDENCE_SOURCES
from tenants.sandbox.state import StoredToken, now_milliseconds
from tests.tenants.audit.reconciliation.calls import DO, LATE, MASS, OLD

NEITHER = "otherwise"
# Nothing changes at Authlete, or the same as another.
BESIDE = {
    "client.reveal_secret",
    "client.keep_secret",
    "client.reveal_unknown",
    "service.reveal_unknown",
    "requestable_scopes.update_post",
}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "reset"}, "not done"),
        ({"kind": "reset", "after": True}, "done"),
        ({"kind": "truncate", "after": True}, "done"),
        ({"kind": "status", "status": 502, "after": True}, "done"),
    ],
)
def test_outcome_of_each_operation_is_resolved(lose, fault, expected):
    entries = {name: lose(name, do, **fault) for name, do in DO.items()}
    entries |= {f"all of a {of}": lose("token.revoke", do, **fault) for of, do in MASS.items()}

    assert {k: str(v.reason) for k, v in entries.items() if v.conclusion != expected} == {}


def test_object_changed_by_others_is_left_to_a_person(lose, token_service):
    """Where a rule could only guess."""
    reset = {"kind": "reset", "after": True}
    us = token_service.region("us")
    new, old = (
        StoredToken("n" * 43, 5, "AUTHORIZATION_CODE", (), at, LATE, "ann")
        for at in (now_milliseconds(), OLD)
    )

    def also(name, of, **members):
        return lose(name, DO[name], lambda: of().update(members), **reset).conclusion

    def till():
        return us.clients[17][5]

    assert also("service.update", lambda: us.services[17], description="x") == NEITHER
    assert also("client.update", till, description="x") == NEITHER
    assert also("client.set_secret", till, clientSecret="x") == NEITHER
    entry = lose("token.create", DO["token.create"], lambda: us.tokens[17].append(new), **reset)
    assert entry.conclusion == "cannot tell"
    assert len(entry.candidates) == 2
    some = lose(
        "token.revoke", MASS["client"], lambda: us.tokens[17].append(old), kind="reset", after=True
    )
    assert some.conclusion == NEITHER
    named = us.clients[17][6] | {"clientId": 7, "clientName": "Brand new"}
    two = lose(
        "client.create",
        DO["client.create"],
        lambda: us.clients[17].update({7: named | {"createdAt": 0}}),
        **reset,
    )
    assert (two.conclusion, len(two.candidates)) == ("cannot tell", 2)


def test_unavailable_region_leaves_the_outcome_unknown(lose, token_service):
    def down():
        token_service.fault("status", operation="client.get", status=503)

    outcome = lose("client.delete", DO["client.delete"], down, kind="reset", after=True)

    assert outcome.conclusion == "cannot tell"
    assert "couldn't check" in outcome.reason


@pytest.mark.parametrize("call", ["client.delete", "client.set_lock"])
def test_gateway_404_leaves_the_outcome_unknown(lose, token_service, call):
    def astray():
        token_service.fault("status", operation="client.get", status=404, code="")

    outcome = lose(call, DO[call], astray, kind="reset")

    assert outcome.conclusion == "cannot tell"
    assert "couldn't check" in outcome.reason


@pytest.mark.parametrize(
    ("batching", "answers", "expected"),
    [
        ({}, False, "cannot tell"),  # its id was in the reply that was lost
        ({}, True, "done"),
        ({"fails_after": 0}, True, "not done"),
        ({"fails_after": 1}, True, NEITHER),
        ({"delay": 60_000}, True, "cannot tell"),  # it runs still
    ],
)
def test_batch_is_resolved_by_its_request_id(
    lose, token_service, monkeypatch, batching, answers, expected
):
    for name, value in batching.items():
        setattr(token_service.state.batching, name, value)
    token = {"clientId": 5, "grantType": "AUTHORIZATION_CODE", "subject": "ann"}
    batches = token_service.region("us").batches
    monkeypatch.setitem(
        EVIDENCE_SOURCES,
        "token_batch.create",
        lambda _: {"request_id": next(iter(batches))} if answers else {},
    )

    finding = lose(
        "token_batch.create",
        lambda door, api: api.token_batches.create([token, token]),
        kind="reset",
        after=True,
    )

    assert finding.conclusion == expected, finding.reason


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


def test_every_write_operation_has_a_rule_or_a_reason():
    """What is declared, and what the modules of `api` really send."""
    ruled, sent, left = set(RULES), set(), set()
    for group in api.OPERATION_MODULES:
        tree = ast.parse(inspect.getsource(group))
        used = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        for constant, operation in vars(group).items():
            if not isinstance(operation, Operation) or operation.effect is Effect.READ:
                continue
            if constant in used:
                sent.add(operation.name)
            elif operation.name not in ruled:
                left.add(operation.name)

    assert sent <= ruled
    assert left == {
        name
        for name in api.OPERATIONS.keys() - ruled
        if name in WHY_NOT or name.partition(".")[0] in WHY_NOT
        if api.OPERATIONS[name].effect is not Effect.READ
    }
    assert set(DO) | BESIDE | {"token_batch.create"} == ruled


def test_older_fingerprint_proves_nothing():
    older, newer = "0123456789abcdef", "0123456789abcdef" * 2
    hints = {"base": older, "intended": older, "version": 1}
    changed = json.dumps([{"after": {"fingerprint": older}}], separators=(",", ":"))
    call: Any = SimpleNamespace(hints=hints, entry=SimpleNamespace(changed=changed))

    assert object_rules._compare_digest(call, newer, 2) is OLDER_FINGERPRINT
    assert object_rules._compare_secret(older, "", newer) is OLDER_FINGERPRINT
    assert token_rules._compare_token(call, {}) is OLDER_FINGERPRINT

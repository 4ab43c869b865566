"""Audit entries of tokens contain no value."""

import pytest
from pydantic import SecretStr

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.authlete import Redactor
from tenants.sandbox.state import StoredToken
from tests.support.authlete import SandboxEnvironment

LATE = 4_102_444_800_000  # 1 January 2100, in milliseconds


@pytest.fixture
def service(db):
    log = AuditLogSink(Actor(1, "ida", organization_id=1), "asked for it", "T-1")
    world = SandboxEnvironment(log, Redactor(b"k" * 32))
    world.sandbox.services[17]["supportedGrantTypes"] = ["AUTHORIZATION_CODE"]
    world.sandbox.clients[5] = {"clientId": 5, "clientIdAlias": "till"}
    world.sandbox.region("us").tokens[17] = [
        StoredToken(
            "h1",
            5,
            "AUTHORIZATION_CODE",
            ("openid",),
            1,
            LATE,
            "ann",
            properties=({"key": "a", "value": "old-s3cret"},),
        )
    ]
    return world.connect().service(17)


def test_token_entries_name_the_owner_and_no_value(service):
    tokens, value = service.tokens, SecretStr("chosen-s3cret")
    (token,) = tokens.list(subject="ann").access_tokens
    tokens.update(token, scopes=[], properties=[{"key": "a", "value": "new-s3cret"}])
    tokens.create("AUTHORIZATION_CODE", 5, subject="bob", access_token=value)
    tokens.introspect(value)
    tokens.introspect_standard(value)
    tokens.delete(token)
    tokens.revoke_client_and_subject(client_id=5, subject="bob")
    tokens.revoke_client(client_id=5)
    service.grants.list_authorized_clients("ann")
    service.grants.delete_granted_scopes(5, "ann")

    entries = list(AuditEntry.objects.order_by("seq"))
    assert [(entry.operation, entry.client, entry.subject) for entry in entries] == [
        ("token.list", "", "ann"),
        ("token.update", "5", "ann"),
        ("token.list", "", "bob"),  # how many there were
        ("token.create", "5", "bob"),
        ("token.introspect", "", ""),
        ("token.introspect_standard", "", ""),
        ("token.delete", "5", "ann"),
        ("token.list", "", "bob"),
        ("token.revoke", "5", "bob"),
        ("token.list", "", ""),
        ("token.revoke", "5", ""),
        ("authorization.list_post", "", "ann"),
        ("granted_scopes.delete", "5", "ann"),
    ]
    assert {entry.outcome for entry in entries} == {"done"}
    assert {entry.reason for entry in entries} == {"asked for it"}
    text = repr([vars(entry) for entry in entries])
    assert "s3cret" not in text
    assert [entry.entry for entry in entries if "h1" in repr(vars(entry))] == [
        entry.entry for entry in entries if entry.operation in ("token.update", "token.delete")
    ]
    assert not any("h1" in entry.path for entry in entries)
    for entry in entries:
        assert not {"ann", "bob"} & set(entry.path.split("/"))
    assert '"before":["openid"]' in entries[1].changed

"""A reply is lost, and the console sends the same again: what is found of the first.

What is there then is as both were to make it, so that alone tells nothing.
"""

from contextlib import suppress

import pytest

from tenants.audit.reconciliation.resolutions import find_unresolved, resolve
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.organizations.api_clients import connect, load_credentials
from tenants.sandbox.state import now_milliseconds
from tests.tenants.audit.reconciliation.calls import DO, MASS

# The same whether the first was done or not: nothing tells both apart.
EITHER = {
    "idp.create_service": "cannot tell",
    "key.create": "otherwise",
    "token.create": "cannot tell",
    "authorization.delete_post": "otherwise",
    "granted_scopes.delete": "otherwise",
}
# Authlete does not say whether it refuses to revoke what is revoked.
NOT_DONE = EITHER | {"token.revoke": "otherwise"}


@pytest.fixture
def twice(lose, acme, actor):
    """Lose the response of a call and repeat it with one."""

    def twice(operation, do, then=lambda: None, **fault):
        def again():
            door = connect(load_credentials(acme), "us", AuditLogSink(actor))
            with suppress(AuthleteError):
                do(door, door.service(17))
            then()

        return lose(operation, do, again, kind="reset", **fault)

    return twice


@pytest.mark.parametrize(
    ("after", "expected", "others"), [(False, "not done", NOT_DONE), (True, "done", EITHER)]
)
def test_first_and_second_call_are_distinguished(twice, after, expected, others):
    entries = {name: twice(name, do, after=after) for name, do in DO.items()}
    entries |= {f"all of a {of}": twice("token.revoke", do, after=after) for of, do in MASS.items()}

    wrong = {
        name: (str(entry.conclusion), str(entry.reason))
        for name, entry in entries.items()
        if entry.conclusion != others.get(name, expected)
    }
    assert wrong == {}


def test_undone_change_is_not_taken_for_a_failed_one(lose, acme, actor, token_service):
    door = connect(load_credentials(acme), "us", AuditLogSink(actor))
    till = door.service(17).client(5)

    def renamed():
        till.update(till.get().modified_at, {"clientName": "Till 5"})

    def outside():
        us = token_service.region("us")
        us.clients[17][5] |= {"clientName": "Till 5"}
        us.clients[17][5]["modifiedAt"] += 1

    lost = {"kind": "reset", "after": True}
    here = lose("client.update", DO["client.update"], renamed, **lost)
    elsewhere = lose("client.update", DO["client.update"], outside, **lost)
    unlocked = lose("client.set_lock", DO["client.set_lock"], lambda: till.set_lock(False), **lost)
    removed = lose(
        "client.create",
        DO["client.create"],
        lambda: (
            door.service(17)
            .client(max(token_service.region("us").clients[17]), "Brand new")
            .delete()
        ),
        **lost,
    )

    assert here.conclusion == "done"
    assert "Found by the next change" in here.reason
    assert "next change" not in elsewhere.reason
    assert elsewhere.conclusion == "otherwise"
    assert unlocked.conclusion == "done"
    assert removed.conclusion == "otherwise"


@pytest.mark.parametrize(("after", "expected"), [(False, "not done"), (True, "otherwise")])
def test_two_lost_calls_are_resolved_together(lose, acme, actor, token_service, after, expected):
    """Neither lock was set, or which one is unknown."""
    door = connect(load_credentials(acme), "us", AuditLogSink(actor))

    def lost_again():
        token_service.fault("reset", operation="client.set_lock", times=1, after=after)
        with pytest.raises(AuthleteError):
            door.service(17).client(5).set_lock(True)

    first = lose("client.set_lock", DO["client.set_lock"], lost_again, kind="reset")

    assert first.conclusion == expected


@pytest.mark.parametrize(("by_us", "expected"), [(True, "not done"), (False, "cannot tell")])
def test_object_of_another_call_is_not_taken_for_the_lost_one(
    lose, acme, actor, token_service, by_us, expected
):
    """Where somebody settled that one, whose reply was lost as well."""
    door, us = (
        connect(load_credentials(acme), "us", AuditLogSink(actor)),
        token_service.region("us"),
    )
    other = "Till 7" if by_us else "Somebody's"

    def made():
        us.clients[17][7] = us.clients[17][5] | {
            "clientId": 7,
            "clientName": other,
            "createdAt": now_milliseconds(),
        }
        token_service.fault("reset", operation="client.create", times=1)
        with pytest.raises(AuthleteError):
            door.service(17).clients.create({"clientName": "Till 7"})
        entry = find_unresolved(acme.pk).get(label="Till 7")
        resolve(actor, entry, Outcome.SUCCEEDED, "It is there")

    finding = lose("client.create", DO["client.create"], made, kind="reset")

    assert finding.conclusion == expected

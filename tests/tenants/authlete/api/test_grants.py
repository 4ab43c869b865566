"""User grants against the sandbox."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.authlete.api.grants import AuthorizationDeletion
from tenants.authlete.errors import InvalidRequestError, NotFoundError
from tenants.sandbox.seeding.clients import SUBJECT_HOSTILE
from tenants.sandbox.state import StoredGrant, StoredToken
from tests.support.tiers import examples

LATE = 4_102_444_800_000  # 1 January 2100


@pytest.fixture
def region(environment):
    sandbox, region = environment.sandbox, environment.sandbox.region("us")
    sandbox.clients[5] = {"clientId": 5, "clientName": "Till", "clientSecret": "s3cret"}
    sandbox.clients[6] = {"clientId": 6, "clientName": "Web"}
    region.tokens[17] = [
        StoredToken(f"h{at}", number, "AUTHORIZATION_CODE", ("openid",), 1, LATE, subject)
        for at, (number, subject) in enumerate(
            [(5, "ann"), (5, "ann"), (6, "ann"), (5, "bob"), (5, SUBJECT_HOSTILE)]
        )
    ]
    region.granted[17] = {
        (5, "ann"): StoredGrant(["openid"], ["openid", "orders"], 7000),
        (6, "ann"): StoredGrant([], [], 8000),
    }
    return region


@pytest.fixture
def grants(environment, region):
    return environment.connect().service(17).grants


@pytest.mark.parametrize(
    ("subject", "names"),
    [("ann", ["Till", "Web"]), (SUBJECT_HOSTILE, ["Till"]), ("..", []), ("zoe", [])],
)
def test_authorized_clients_of_a_user_are_listed(environment, grants, audit_sink, subject, names):
    page = grants.list_authorized_clients(subject)

    assert [client.client_name for client in page.clients] == names
    assert page.total_count == len(names)
    call = environment.sandbox.calls[-1]
    assert call.path == "/api/17/client/authorization/get/list"
    assert call.query == {}
    assert audit_sink.intents[-1].subject == subject


def test_range_of_clients_is_listed(grants):
    page = grants.list_authorized_clients("ann", start=1, end=2)

    assert (page.total_count, [client.client_id for client in page.clients]) == (2, [6])
    assert grants.list_authorized_clients("ann", end=0).clients is None


@pytest.mark.parametrize(("subject", "count"), [("ann", 2), (SUBJECT_HOSTILE, 1), ("zoe", 0)])
def test_revoking_deletes_one_clients_tokens_of_one_user(
    environment, grants, region, audit_sink, subject, count
):
    ended = grants.revoke_authorization(5, subject, label="Till")

    assert ended.count == count
    left = {(token.client_id, token.subject) for token in region.tokens[17]}
    assert left == {(5, "ann"), (6, "ann"), (5, "bob"), (5, SUBJECT_HOSTILE)} - {(5, subject)}
    assert len(region.granted[17]) == 2
    call = audit_sink.intents[-1]
    assert (call.subject, call.label) == (subject, "Till")
    assert call.path_params["client_id"] == "5"
    assert environment.sandbox.calls[-1].query == {}


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("[A137001] 12 access token(s) were deleted.", 12),
        ("[A137001] /client/authorization/delete/5, Deleted 3 access tokens.", 3),
        ("[A137001] Deleted.", None),
        ("[A137001] Deleted 3 of 5.", None),
        ("", None),
    ],
)
def test_count_is_parsed_from_the_message(message, count):
    assert AuthorizationDeletion(result_code="A137001", result_message=message).count == count


def test_granted_and_unrecorded_scopes_differ(grants):
    some, none, unknown = (
        grants.get_granted_scopes(*pair) for pair in ((5, "ann"), (6, "ann"), (5, "bob"))
    )

    assert some.latest_granted_scopes == ["openid"]
    assert some.merged_granted_scopes == ["openid", "orders"]
    assert some.modified_at == 7000
    assert (none.latest_granted_scopes, none.is_recorded) == ([], True)
    assert (unknown.latest_granted_scopes, unknown.is_recorded) == (None, False)


def test_deleting_granted_scopes_keeps_tokens(environment, grants, region, audit_sink):
    grants.delete_granted_scopes(5, "ann", label="Till")
    grants.delete_granted_scopes(5, "ann")

    assert list(region.granted[17]) == [(6, "ann")]
    assert len(region.tokens[17]) == 5
    call = audit_sink.intents[-2]
    assert (call.subject, call.label) == ("ann", "Till")
    assert call.path == "/api/17/client/granted_scopes/delete/5"
    assert "ann" not in environment.sandbox.calls[-1].path


def test_deleted_client_is_not_found(grants):
    with pytest.raises(NotFoundError):
        grants.revoke_authorization(9, "ann")


CLIENTS = st.sampled_from([5, 6])
SUBJECTS = st.sampled_from(["ann", "bob", "zoe", "a b", "..", "%61nn", SUBJECT_HOSTILE])


@given(held=st.lists(st.tuples(CLIENTS, SUBJECTS), max_size=8), client=CLIENTS, subject=SUBJECTS)
@settings(max_examples=examples(60))
def test_only_the_given_client_and_subject_are_affected(grants, region, held, client, subject):
    region.tokens[17] = [
        StoredToken(f"h{at}", number, "AUTHORIZATION_CODE", (), 1, LATE, theirs)
        for at, (number, theirs) in enumerate(held)
    ]
    region.granted[17] = {pair: StoredGrant([], [], 1) for pair in held}
    spared = [pair for pair in held if pair != (client, subject)]

    assert grants.revoke_authorization(client, subject).count == (len(held) - len(spared))
    assert [(token.client_id, token.subject) for token in region.tokens[17]] == spared
    assert set(region.granted[17]) == set(held)
    grants.delete_granted_scopes(client, subject)
    assert set(region.granted[17]) == set(spared)
    assert not grants.get_granted_scopes(client, subject).is_recorded


@pytest.mark.parametrize("subject", [None, "", " ", "\t\n", 5])
def test_nothing_is_sent_without_a_subject(grants, audit_sink, subject):
    for ask in (
        lambda: grants.list_authorized_clients(subject),
        lambda: grants.revoke_authorization(5, subject),
        lambda: grants.get_granted_scopes(5, subject),
        lambda: grants.delete_granted_scopes(5, subject),
    ):
        with pytest.raises(InvalidRequestError):
            ask()

    assert audit_sink.intents == []


@pytest.mark.parametrize("client_id", [0, -1, None, True, "5"])
def test_nothing_is_sent_without_a_client(grants, audit_sink, client_id):
    for act in (grants.revoke_authorization, grants.delete_granted_scopes):
        with pytest.raises(InvalidRequestError):
            act(client_id, "ann")

    assert audit_sink.intents == []

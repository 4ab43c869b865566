"""What users have allowed, asked of the sandbox."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.authlete.api.grants import EndedAuthorization
from tenants.authlete.errors import NotFound, Unsendable
from tenants.sandbox.state import Granted, Issued
from tenants.sandbox.token_seed import HOSTILE

LATE = 4_102_444_800_000  # 1 January 2100


@pytest.fixture
def region(world):
    sandbox, region = world.sandbox, world.sandbox.region("us")
    sandbox.clients[5] = {"clientId": 5, "clientName": "Till", "clientSecret": "s3cret"}
    sandbox.clients[6] = {"clientId": 6, "clientName": "Web"}
    region.tokens[17] = [
        Issued(f"h{at}", number, "AUTHORIZATION_CODE", ("openid",), 1, LATE, subject)
        for at, (number, subject) in enumerate(
            [(5, "ann"), (5, "ann"), (6, "ann"), (5, "bob"), (5, HOSTILE)]
        )
    ]
    region.granted[17] = {
        (5, "ann"): Granted(["openid"], ["openid", "orders"], 7000),
        (6, "ann"): Granted([], [], 8000),
    }
    return region


@pytest.fixture
def grants(world, region):
    return world.door().service(17).grants


@pytest.mark.parametrize(
    ("subject", "names"),
    [("ann", ["Till", "Web"]), (HOSTILE, ["Till"]), ("..", []), ("zoe", [])],
)
def test_lists_the_clients_that_act_for_a_user(world, grants, notes, subject, names):
    page = grants.authorizations(subject)

    assert [one.client_name for one in page.clients] == names
    assert page.total_count == len(names)
    call = world.sandbox.calls[-1]
    assert call.path == "/api/17/client/authorization/get/list"
    assert call.query == {}
    assert notes.calls[-1].subject == subject


def test_lists_a_range(grants):
    page = grants.authorizations("ann", start=1, end=2)

    assert (page.total_count, [one.client_id for one in page.clients]) == (2, [6])
    assert grants.authorizations("ann", end=0).clients is None


@pytest.mark.parametrize(("subject", "count"), [("ann", 2), (HOSTILE, 1), ("zoe", 0)])
def test_ends_what_one_client_may_do_for_one_user(
    world, grants, region, notes, subject, count
):
    ended = grants.revoke_authorization(5, subject, label="Till")

    assert ended.count == count
    left = {(one.client_id, one.subject) for one in region.tokens[17]}
    assert left == {(5, "ann"), (6, "ann"), (5, "bob"), (5, HOSTILE)} - {(5, subject)}
    assert len(region.granted[17]) == 2
    call = notes.calls[-1]
    assert (call.subject, call.label) == (subject, "Till")
    assert call.places["client_id"] == "5"
    assert world.sandbox.calls[-1].query == {}


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
def test_counts_by_the_message_or_not_at_all(message, count):
    assert EndedAuthorization(result_message=message).count == count


def test_tells_what_was_granted_from_what_is_not_known(grants):
    some, none, unknown = (
        grants.granted_scopes(*pair) for pair in ((5, "ann"), (6, "ann"), (5, "bob"))
    )

    assert some.latest_granted_scopes == ["openid"]
    assert some.merged_granted_scopes == ["openid", "orders"]
    assert some.modified_at == 7000
    assert (none.latest_granted_scopes, none.are_known) == ([], True)
    assert (unknown.latest_granted_scopes, unknown.are_known) == (None, False)


def test_forgets_what_was_granted_and_ends_no_token(world, grants, region, notes):
    grants.delete_granted_scopes(5, "ann", label="Till")
    grants.delete_granted_scopes(5, "ann")

    assert list(region.granted[17]) == [(6, "ann")]
    assert len(region.tokens[17]) == 5
    call = notes.calls[-2]
    assert (call.subject, call.label) == ("ann", "Till")
    assert call.path == "/api/17/client/granted_scopes/delete/5"
    assert "ann" not in world.sandbox.calls[-1].path


def test_a_client_that_is_gone_is_told(grants):
    with pytest.raises(NotFound):
        grants.revoke_authorization(9, "ann")


CLIENTS = st.sampled_from([5, 6])
SUBJECTS = st.sampled_from(["ann", "bob", "zoe", "a b", "..", "%61nn", HOSTILE])


@given(
    held=st.lists(st.tuples(CLIENTS, SUBJECTS), max_size=8),
    client=CLIENTS,
    subject=SUBJECTS,
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=60,
)
def test_ends_and_forgets_one_pair_and_no_other(grants, region, held, client, subject):
    region.tokens[17] = [
        Issued(f"h{at}", number, "AUTHORIZATION_CODE", (), 1, LATE, theirs)
        for at, (number, theirs) in enumerate(held)
    ]
    region.granted[17] = {pair: Granted([], [], 1) for pair in held}
    spared = [pair for pair in held if pair != (client, subject)]

    assert grants.revoke_authorization(client, subject).count == (
        len(held) - len(spared)
    )
    assert [(one.client_id, one.subject) for one in region.tokens[17]] == spared
    assert set(region.granted[17]) == set(held)
    grants.delete_granted_scopes(client, subject)
    assert set(region.granted[17]) == set(spared)
    assert not grants.granted_scopes(client, subject).are_known


@pytest.mark.parametrize("subject", [None, "", " ", "\t\n", 5])
def test_sends_nothing_without_a_subject(grants, notes, subject):
    for ask in (
        lambda: grants.authorizations(subject),
        lambda: grants.revoke_authorization(5, subject),
        lambda: grants.granted_scopes(5, subject),
        lambda: grants.delete_granted_scopes(5, subject),
    ):
        with pytest.raises(Unsendable):
            ask()

    assert notes.calls == []


@pytest.mark.parametrize("client_id", [0, -1, None, True, "5"])
def test_sends_nothing_without_a_client(grants, notes, client_id):
    for act in (grants.revoke_authorization, grants.delete_granted_scopes):
        with pytest.raises(Unsendable):
            act(client_id, "ann")

    assert notes.calls == []

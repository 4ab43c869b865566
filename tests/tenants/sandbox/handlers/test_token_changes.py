"""Token updates and deletions: Authlete facts, 8."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.sandbox.faults import BrokenConnectionError
from tenants.sandbox.state import now_milliseconds
from tests.support.sandbox import FAR_FUTURE, SERVICE, TOKEN, status_and_code
from tests.support.tiers import examples

DELETE, REVOKE = f"{TOKEN}/delete", f"{TOKEN}/revoke"
SOME = settings(max_examples=examples(150))


@pytest.fixture
def update(caller):
    def update(**members):
        return caller.post(f"{TOKEN}/update", json=members).json()

    return update


@pytest.fixture
def revoke(caller):
    def revoke(**members):
        return caller.post(REVOKE, json=members)

    return revoke


@pytest.mark.parametrize("name", ["accessToken", "accessTokenHash"])
def test_token_is_updated_by_value_or_hash(update, issue, name):
    token = issue()
    value = {"accessToken": "t1", "accessTokenHash": token.access_hash}[name]

    reply = update(**{name: value}, scopes=["loans", "unheard"], properties=[])

    assert (reply["resultCode"], reply["action"]) == ("A135001", "OK")
    assert reply["scopes"] == list(token.scopes) == ["loans"]
    assert reply.get("accessToken") == ("t1" if name == "accessToken" else None)
    assert token.expires_at == FAR_FUTURE


def test_value_takes_precedence_over_hash(update, issue):
    first, two = issue("t1"), issue("t2")

    update(accessToken="t1", accessTokenHash=two.access_hash, scopes=[])

    assert (first.scopes, two.scopes) == ((), ("openid", "orders"))


@pytest.mark.parametrize("expiry", [0, -1, None])
def test_missing_expiry_keeps_the_expiry(update, issue, expiry):
    token = issue(properties=({"key": "a"},))

    update(accessToken="t1", accessTokenExpiresAt=expiry, scopes=None, properties=None)

    assert (token.expires_at, token.scopes) == (FAR_FUTURE, ("openid", "orders"))
    assert token.properties == ({"key": "a"},)


def test_expiries_are_set(update, issue):
    token = issue(refresh="r1")

    update(accessToken="t1", accessTokenExpiresAt=5000, refreshTokenExpiresAt=6000)

    assert (token.expires_at, token.refresh_expires_at) == (5000, 6000)
    update(accessToken="t1", accessTokenPersistent=True)
    assert token.expires_at == 0
    names = ["accessTokenExpiresAt", "refreshTokenExpiresAt"]
    flags = {f"{name}UpdatedOnScopeUpdate": True for name in names}
    update(accessToken="t1", scopes=["openid"], **flags)
    assert abs(token.expires_at - now_milliseconds() - 3_600_000) < 5000
    assert abs(token.refresh_expires_at - now_milliseconds() - 7_200_000) < 5000


def test_update_respects_the_requestable_scopes(update, issue, token_service):
    limit = {"requestableScopesEnabled": True, "requestableScopes": ["orders"]}
    token_service.clients[SERVICE][5]["extension"] = limit
    issue()

    assert update(accessToken="t1", scopes=["openid", "orders"])["scopes"] == ["orders"]


def test_new_value_replaces_the_old_one(update, issue):
    token = issue()

    reply = update(accessTokenHash=token.access_hash, accessTokenValueUpdated=True)

    assert reply["accessToken"] not in ("t1", None)
    assert update(accessToken="t1", scopes=[])["resultCode"] == "A134202"
    assert update(accessToken=reply["accessToken"], scopes=[])["action"] == "OK"


@pytest.mark.parametrize(
    ("members", "code", "action"),
    [
        ({}, "A134201", "BAD_REQUEST"),
        ({"accessToken": ""}, "A134201", "BAD_REQUEST"),
        ({"accessToken": "t9"}, "A134202", "NOT_FOUND"),
        ({"accessTokenHash": "t1"}, "A134202", "NOT_FOUND"),
        ({"accessToken": "theirs"}, "A134203", "FORBIDDEN"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_update_is_rejected_with_an_action(
    caller, issue, token_service, sandbox, members, code, action, status
):
    sandbox.state.action_statuses = status != 200
    issue()
    issue("theirs")
    token_service.tokens[999] = [token_service.tokens[SERVICE].pop()]

    response = caller.post(f"{TOKEN}/update", json=members)

    assert (response.json()["resultCode"], response.json()["action"]) == (code, action)
    assert (response.status_code == 200) == (status == 200)


@pytest.mark.parametrize("name", ["value", "hash", "refresh", "refresh hash"])
def test_token_is_deleted_once(caller, issue, token_service, name):
    token, other = issue(refresh="r1"), issue("t2")
    names = ("t1", token.access_hash, "r1", token.refresh_hash)
    path = f"{DELETE}/{names[['value', 'hash', 'refresh', 'refresh hash'].index(name)]}"

    assert caller.delete(path).status_code == 204
    assert token_service.tokens[SERVICE] == [other]
    assert status_and_code(caller.delete(path)) == (404, "A161202")


def test_token_of_another_service_is_not_deleted(caller, issue, token_service):
    token_service.tokens[999] = [issue()]
    token_service.tokens[SERVICE].clear()

    assert status_and_code(caller.delete(f"{DELETE}/t1")) == (403, "A161203")
    assert len(token_service.tokens[999]) == 1


@pytest.mark.parametrize(
    ("members", "left"),
    [
        ({"accessTokenIdentifier": "t1"}, "t2 t3 t4 t5"),
        ({"refreshTokenIdentifier": "r2"}, "t1 t3 t4 t5"),
        ({"clientIdentifier": "till"}, "t4 t5"),
        ({"clientIdentifier": 5}, "t4 t5"),
        ({"subject": "ann"}, "t3 t5"),
        ({"clientIdentifier": "5", "subject": "ann"}, "t3 t4 t5"),
        ({"clientIdentifier": "5", "subject": "nobody"}, "t1 t2 t3 t4 t5"),
        ({"accessTokenIdentifier": "t3", "clientIdentifier": "5", "subject": "ann"}, "t1 t2 t4 t5"),
        ({"accessTokenIdentifier": "t1", "refreshTokenIdentifier": "r2"}, "t2 t3 t4 t5"),
        ({"refreshTokenIdentifier": "r2", "subject": "bob"}, "t1 t3 t4 t5"),
        ({"accessTokenIdentifier": "", "subject": "bob"}, "t1 t2 t4 t5"),
    ],
)
def test_revoke_uses_the_first_identifier(revoke, issue, token_service, members, left):
    issue("t1")
    issue("t2", refresh="r2")
    issue("t3", subject="bob")
    issue("t4", client=6)
    issue("t5", client=6, subject="")

    body = revoke(**members).json()

    access_tokens = [token.access_token for token in token_service.tokens[SERVICE]]
    assert access_tokens == left.split()
    assert (body["resultCode"], body["count"]) == ("A312001", 5 - len(access_tokens))
    assert "action" not in body


@pytest.mark.parametrize(
    ("members", "answer"),
    [
        ({}, (400, "A312201")),
        ({"subject": ""}, (400, "A312201")),
        ({"clientIdentifier": "", "subject": None}, (400, "A312201")),
        ({"accessTokenIdentifier": ""}, (400, "A312201")),
        ({"accessTokenIdentifier": "t9"}, (404, "A313301")),
        ({"refreshTokenIdentifier": "t1"}, (404, "A313301")),
        ({"accessTokenIdentifier": "t9", "subject": "ann"}, (404, "A313301")),
        ({"clientIdentifier": "nobody"}, (404, "A001218")),
        ({"subject": ["ann"]}, (400, "A126202")),
        ({"subject": True}, (400, "A126202")),
    ],
)
def test_revoke_without_identifier_is_rejected(revoke, issue, token_service, members, answer):
    issue()

    assert status_and_code(revoke(**members)) == answer
    assert len(token_service.tokens[SERVICE]) == 1


def test_revoked_token_may_stay_in_the_list(caller, revoke, issue, sandbox):
    sandbox.state.revoked_linger = True
    issue()
    issue("t2")

    assert revoke(accessTokenIdentifier="t1").json()["count"] == 1
    assert status_and_code(revoke(accessTokenIdentifier="t1")) == (404, "A313301")
    assert revoke(subject="ann").json()["count"] == 1
    assert revoke(subject="ann").json()["count"] == 0

    def count(status):
        query = {"tokenStatus": status}
        return caller.get(f"{TOKEN}/get/list", params=query).json()["totalCount"]

    assert [count(token_status) for token_status in ("ALL", "VALID", "INVALID")] == [2, 0, 2]


def test_response_can_be_lost_after_processing(revoke, issue, token_service, sandbox):
    issue()
    sandbox.fault("reset", operation="token.revoke", after=True, times=1)

    with pytest.raises(BrokenConnectionError):
        revoke(subject="ann")

    assert token_service.tokens[SERVICE] == []


NAMES = st.sampled_from(["", *"t1 t2 r1 r2 5 6 till ann bob x".split()])
IDENTIFIERS = ("accessTokenIdentifier", "refreshTokenIdentifier", "clientIdentifier", "subject")
FILTERS = st.fixed_dictionaries({}, optional=dict.fromkeys(IDENTIFIERS, NAMES))
HELD = st.lists(st.tuples(st.sampled_from([5, 6]), st.sampled_from(["", "ann", "bob"])), max_size=6)


def named(token, members):
    """Whether a revoke may touch the token, by what api.md says and no code of ours."""
    if name := members.get("accessTokenIdentifier"):
        return token.access_token == name
    if name := members.get("refreshTokenIdentifier"):
        return token.refresh_token == name
    client, subject = members.get("clientIdentifier"), members.get("subject")
    aliases = {5: ("5", "till"), 6: ("6", "web")}
    return (
        bool(client or subject)
        and (not client or client in aliases[token.client_id])
        and (not subject or token.subject == subject)
    )


@given(held=HELD, members=FILTERS)
@SOME
def test_revoke_affects_only_the_named_tokens(revoke, issue, token_service, held, members):
    token_service.tokens[SERVICE].clear()
    for at, (client, subject) in enumerate(held, 1):
        issue(f"t{at}", client, subject, refresh=f"r{at}")
    before = list(token_service.tokens[SERVICE])

    response = revoke(**members)

    spared = [token for token in before if not named(token, members)]
    assert token_service.tokens[SERVICE] == spared
    if response.status_code == 200:
        assert response.json()["count"] == len(before) - len(spared)
    else:
        assert spared == before

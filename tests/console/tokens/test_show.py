import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.tokens import listing
from tenants.organizations.roles import Role
from tests.support.tokens import SUBJECT, TOKENS, VALUE, path_of


def listed(sandbox):
    return [call.query for call in sandbox.calls if call.operation == "token.list"]


def test_subject_scopes_and_expiry_are_shown(member, token_service, issue):
    token = issue(1, properties=({"key": "till", "value": "s3cret-of-it"},))
    viewer = member(Role.VIEWER)

    response = viewer.get(path_of(token))

    for text in ("Token of Till", "Authorization code", "openid", "till", "redacted"):
        assertContains(response, text)
    assertContains(response, token.access_hash)
    assertContains(response, "••••4188")
    for hidden in (SUBJECT, VALUE, "s3cret-of-it", "Revoke", "Reveal"):
        assertNotContains(response, hidden)


def test_token_is_read_from_its_page_of_the_list(member, token_service, issue):
    for number in range(45):
        issue(number)
    viewer = member(Role.VIEWER)
    listed_there = viewer.get(f"{TOKENS}?state=valid&page=3")
    token_service.calls.clear()

    row = listed_there.context["listing"].rows[0]
    url = f"{TOKENS}44/{row.token.access_token_hash}/?state=valid&page=3"
    assertContains(listed_there, url.replace("&", "&amp;"))
    assert viewer.get(url).context["row"].state == "valid"

    assert [request["start"] for request in listed(token_service)] == ["40"]


def test_token_is_found_on_any_page_or_reported_missing(member, token_service, issue, monkeypatch):
    for number in range(45):
        issue(number)
    token = token_service.region("us").tokens[17][-1]
    viewer = member(Role.VIEWER)

    assert viewer.get(path_of(token)).status_code == 200
    issue(99, client_id=45)
    assert viewer.get(path_of(token, query="?client=45")).status_code == 200
    monkeypatch.setattr(listing, "MAX_TOKENS_SEARCHED", 40)
    missed = viewer.get(path_of(token))
    assertContains(missed, "The first 40 tokens of the client", status_code=404)
    token_service.region("us").tokens[17].remove(token)
    monkeypatch.setattr(listing, "MAX_TOKENS_SEARCHED", 500)
    response = viewer.get(path_of(token))
    assertContains(response, "no token with this hash", status_code=404)


@pytest.mark.parametrize(
    ("more", "revoked", "state"),
    [
        ({}, False, "valid"),
        ({}, True, "revoked"),
        ({"expires_at": 1000}, False, "expired, refreshable"),
        ({"expires_at": 1000, "refresh_hash": ""}, False, "expired"),
    ],
)
def test_validity_is_asked_from_authlete(member, token_service, issue, more, revoked, state):
    token = issue(1, **more)
    token.revoked = revoked

    response = member(Role.VIEWER).get(path_of(token))

    assertContains(response, f">{state}<")


def test_unknown_validity_is_reported(member, token_service, issue, monkeypatch):
    for number in range(45):
        issue(number)
    token = token_service.region("us").tokens[17][-1]
    monkeypatch.setattr(listing, "MAX_TOKENS_SEARCHED", 20)

    response = member(Role.VIEWER).get(path_of(token, query="?page=3"))

    assertContains(response, "based on expiry time only")

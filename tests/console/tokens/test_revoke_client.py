import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.tokens import bulk_revocation
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.authentication import expire_authentication
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form
from tests.support.tokens import HOUR, TOKENS

URL = f"{TOKENS}clients/44/revoke/"


@pytest.fixture
def world(shop, issue, now):
    """Till has two tokens that work, and one that has expired; Web shop has one."""
    issue(1)
    issue(2, subject="somebody-else")
    issue(3, expires_at=now - HOUR)
    issue(4, client_id=45)
    return shop.region("us").tokens[17]


def said(browser):
    return [str(one) for one in browser.get("/acme/").context["messages"]]


def hashes(tokens):
    return [one.access_hash[:4] for one in tokens]


def test_counts_first_and_says_what_it_hits(admin, shop, world):
    response = admin.get(URL)

    for words in (
        "2 valid tokens",
        "1 expired token",
        "All users of Till are signed out",
        "Revoke 3 tokens in US",
        "Type Till to confirm",
    ):
        assertContains(response, words)
    assert "token.revoke" not in {one.operation for one in shop.calls}
    assert len(world) == 4


def test_ends_them_all_and_no_other(admin, shop, world, do):
    response = do(admin, URL, typed="Till")

    assert response["Location"] == f"{TOKENS}?client=44"
    assert hashes(world) == ["0004"]
    (text,) = said(admin)
    assert "revoked 3 tokens" in text
    assert "preview: 2 valid, 1 expired" in text
    assert text.endswith("No valid token is left.")
    entry = AuditEntry.objects.get(operation="token.revoke")
    assert (entry.client, entry.label, entry.subject) == ("44", "Till", "")
    assert (entry.reason, entry.ticket) == ("Lost phone", "INC-1")


@pytest.mark.parametrize(
    "entered",
    [
        {"typed": ""},
        {"typed": "Web shop"},
        {"reason": " "},
        {"counted": None},
        {"counted": ""},
        {"counted": "[]"},
    ],
)
def test_ends_none_without_the_name_a_reason_and_a_preview(admin, shop, world, do, entered):
    response = do(admin, URL, **({"typed": "Till"} | entered))

    assert response.status_code == 422
    assert "token.revoke" not in {one.operation for one in shop.calls}
    assert len(world) == 4


def test_a_preview_of_one_is_none_of_another(admin, shop, world):
    other = admin.get(f"{TOKENS}clients/45/revoke/").context["preview"]
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x", counted=other)

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "Check the preview first", status_code=422)
    assert len(world) == 4


def test_a_preview_grows_old(admin, shop, world, do, monkeypatch):
    monkeypatch.setattr(bulk_revocation, "PREVIEW_LIFETIME_SECONDS", -1)

    response = do(admin, URL, typed="Till")

    assertContains(response, "older than 15 minutes", status_code=422)
    assert len(world) == 4


def test_nothing_can_be_revoked_that_was_not_counted(admin, shop, world):
    shop.fault("status", operation="token.list", status=503, code="A001101")

    response = admin.get(URL)

    assertContains(response, "Tokens couldn't be counted")
    assertContains(response, "A001101")
    assertNotContains(response, 'name="typed"')


def test_says_that_there_are_none(admin, shop):
    assertContains(admin.get(URL), "No tokens to revoke")


def test_says_what_is_left_where_more_were_issued_meanwhile(admin, shop, world, issue):
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x")
    shop.state.revoked_linger = True
    issue(5)

    admin.post(URL, body, content_type=URLENCODED)

    (text,) = said(admin)
    assert "revoked 4 tokens" in text
    assert "preview: 2 valid" in text


@pytest.mark.parametrize(
    ("after", "verdict"), [(True, "No token works anymore"), (False, "Some tokens still work")]
)
def test_an_answer_that_is_lost_is_counted_again(admin, shop, world, issue, do, after, verdict):
    shop.fault("reset", operation="token.revoke", after=after)
    shop.state.revoked_linger = True

    response = do(admin, URL, typed="Till")

    assertContains(response, verdict)


def test_a_second_click_asks_nobody(admin, shop, world):
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x")

    answers = [admin.post(URL, body, content_type=URLENCODED) for _ in range(2)]

    assert {one["Location"] for one in answers} == {f"{TOKENS}?client=44"}
    assert AuditEntry.objects.filter(operation="token.revoke").count() == 1


@pytest.mark.parametrize("path", ["clients/revoke/", "clients//revoke/", "revoke/"])
def test_there_is_no_address_without_a_client(admin, shop, world, path):
    assert admin.post(TOKENS + path, {"typed": "Till"}).status_code == 404
    assert not shop.calls
    assert len(world) == 4


def test_asks_anew_who_it_is(admin, shop, world):
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x")

    response = expire_authentication(admin).post(URL, body, content_type=URLENCODED)

    assert "reauthenticate" in response.url
    assert len(world) == 4


def test_the_list_of_the_client_leads_here(member, shop, world):
    assertContains(member(Role.ADMIN).get(f"{TOKENS}?client=44"), f'href="{URL}"')
    assertNotContains(member(Role.EDITOR).get(f"{TOKENS}?client=44"), URL)


def test_one_without_a_name_is_told_and_typed_by_its_number(admin, shop, world, do):
    shop.clients[44] = make_client(44, clientName=None, clientIdAlias=None)

    assertContains(admin.get(URL), "Type 44 to confirm")
    do(admin, URL, typed="44")

    assert hashes(world) == ["0004"]

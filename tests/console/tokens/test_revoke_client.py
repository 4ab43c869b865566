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
def world(token_service, issue, now):
    """Till has two live tokens and an expired one; Web shop has one."""
    issue(1)
    issue(2, subject="somebody-else")
    issue(3, expires_at=now - HOUR)
    issue(4, client_id=45)
    return token_service.region("us").tokens[17]


def messages(browser):
    return [str(message) for message in browser.get("/acme/").context["messages"]]


def hashes(tokens):
    return [token.access_hash[:4] for token in tokens]


def test_preview_counts_the_tokens(admin, token_service, world):
    response = admin.get(URL)

    for words in (
        "2 valid tokens",
        "1 expired token",
        "All users of Till are signed out",
        "Revoke 3 tokens in US",
        "Type Till to confirm",
    ):
        assertContains(response, words)
    assert "token.revoke" not in {call.operation for call in token_service.calls}
    assert len(world) == 4


def test_all_tokens_of_the_client_only_are_revoked(admin, token_service, world, submit_form):
    response = submit_form(admin, URL, typed="Till")

    assert response["Location"] == f"{TOKENS}?client=44"
    assert hashes(world) == ["0004"]
    (text,) = messages(admin)
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
def test_name_reason_and_preview_are_required(admin, token_service, world, submit_form, entered):
    response = submit_form(admin, URL, **({"typed": "Till"} | entered))

    assert response.status_code == 422
    assert "token.revoke" not in {call.operation for call in token_service.calls}
    assert len(world) == 4


def test_preview_is_bound_to_its_client(admin, token_service, world):
    other = admin.get(f"{TOKENS}clients/45/revoke/").context["preview"]
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x", counted=other)

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "Check the preview first", status_code=422)
    assert len(world) == 4


def test_preview_expires(admin, token_service, world, submit_form, monkeypatch):
    monkeypatch.setattr(bulk_revocation, "PREVIEW_LIFETIME_SECONDS", -1)

    response = submit_form(admin, URL, typed="Till")

    assertContains(response, "older than 15 minutes", status_code=422)
    assert len(world) == 4


def test_uncounted_tokens_cannot_be_revoked(admin, token_service, world):
    token_service.fault("status", operation="token.list", status=503, code="A001101")

    response = admin.get(URL)

    assertContains(response, "Tokens couldn't be counted")
    assertContains(response, "A001101")
    assertNotContains(response, 'name="typed"')


def test_empty_count_says_so(admin, token_service):
    assertContains(admin.get(URL), "No tokens to revoke")


def test_tokens_issued_meanwhile_are_reported(admin, token_service, world, issue):
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x")
    token_service.state.revoked_linger = True
    issue(5)

    admin.post(URL, body, content_type=URLENCODED)

    (text,) = messages(admin)
    assert "revoked 4 tokens" in text
    assert "preview: 2 valid" in text


@pytest.mark.parametrize(
    ("after", "verdict"), [(True, "No token works anymore"), (False, "Some tokens still work")]
)
def test_lost_response_is_resolved_by_counting(
    admin, token_service, world, issue, submit_form, after, verdict
):
    token_service.fault("reset", operation="token.revoke", after=after)
    token_service.state.revoked_linger = True

    response = submit_form(admin, URL, typed="Till")

    assertContains(response, verdict)


def test_second_submit_sends_nothing(admin, token_service, world):
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x")

    answers = [admin.post(URL, body, content_type=URLENCODED) for _ in range(2)]

    assert {response["Location"] for response in answers} == {f"{TOKENS}?client=44"}
    assert AuditEntry.objects.filter(operation="token.revoke").count() == 1


@pytest.mark.parametrize("path", ["clients/revoke/", "clients//revoke/", "revoke/"])
def test_url_without_a_client_is_not_found(admin, token_service, world, path):
    assert admin.post(TOKENS + path, {"typed": "Till"}).status_code == 404
    assert not token_service.calls
    assert len(world) == 4


def test_recent_sign_in_is_required(admin, token_service, world):
    body = fill_form(admin.get(URL), "typed", typed="Till", reason="x")

    response = expire_authentication(admin).post(URL, body, content_type=URLENCODED)

    assert "reauthenticate" in response.url
    assert len(world) == 4


def test_token_list_of_the_client_links_here(member, token_service, world):
    assertContains(member(Role.ADMIN).get(f"{TOKENS}?client=44"), f'href="{URL}"')
    assertNotContains(member(Role.EDITOR).get(f"{TOKENS}?client=44"), URL)


def test_unnamed_client_is_confirmed_by_its_id(admin, token_service, world, submit_form):
    token_service.clients[44] = make_client(44, clientName=None, clientIdAlias=None)

    assertContains(admin.get(URL), "Type 44 to confirm")
    submit_form(admin, URL, typed="44")

    assert hashes(world) == ["0004"]

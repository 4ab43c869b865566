import pytest
from pytest_django.asserts import assertContains

from console.models import Lookup
from console.tokens import bulk_revocation
from tenants.audit.models import AuditEntry
from tests.support.forms import URLENCODED, fill_form
from tests.support.tokens import HOUR, SUBJECT, TOKENS


@pytest.fixture
def url(token_service, issue, now, admin, look_up):
    """A subject has tokens of both clients, and others have theirs."""
    issue(1)
    issue(2, expires_at=now - HOUR)
    issue(3, client_id=45)
    issue(4, subject="somebody-else")
    issue(5, subject="", client_id=45, grant_type="CLIENT_CREDENTIALS")
    return f"{TOKENS}subjects/{look_up(admin)}/revoke/"


def test_preview_counts_the_tokens_by_app(admin, token_service, url):
    response = admin.get(url)

    apps = response.context["count"].clients
    assert [(app.name, app.valid, app.expired) for app in apps] == [
        ("Till", 1, 1),
        ("Web shop", 1, 0),
    ]
    for words in ("2 valid tokens", "1 expired token", "last four char"):
        assertContains(response, words)
    assert SUBJECT not in url


def test_only_tokens_of_this_subject_are_revoked(admin, token_service, url, submit_form):
    response = submit_form(admin, url, typed="4188")

    tokens = token_service.region("us").tokens[17]
    assert {token.subject for token in tokens} == {"somebody-else", ""}
    assert SUBJECT not in response["Location"]
    messages = [str(message) for message in admin.get("/acme/").context["messages"]]
    assert "revoked 3 tokens" in messages[0]
    assert SUBJECT not in messages[0]
    entry = AuditEntry.objects.get(operation="token.revoke")
    assert (entry.client, entry.subject) == ("", SUBJECT)


def test_expired_lookup_revokes_nothing(admin, token_service, url):
    body = fill_form(admin.get(url), "typed", typed="4188", reason="Lost phone")
    Lookup.objects.all().delete()
    token_service.calls.clear()

    assert admin.post(url, body, content_type=URLENCODED).status_code == 404
    assert not token_service.calls


def test_incomplete_counts_are_reported(admin, token_service, url, issue, monkeypatch):
    monkeypatch.setattr(bulk_revocation, "MAX_TOKENS_PER_STATE", 20)
    for number in range(10, 35):
        issue(number)

    response = admin.get(url)

    assertContains(response, "27 valid tokens")
    assertContains(response, "More apps may be affected")


@pytest.mark.parametrize("typed", ["", "somebody", "4189"])
def test_wrong_confirmation_revokes_nothing(admin, token_service, url, submit_form, typed):
    response = submit_form(admin, url, typed=typed)

    assertContains(response, 'id="error-typed"', status_code=422)
    assert len(token_service.region("us").tokens[17]) == 5

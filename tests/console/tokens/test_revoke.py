import pytest
from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.forms import URLENCODED, fill_form
from tests.support.tokens import TOKENS, path_of


def messages(browser):
    return [str(message) for message in browser.get("/acme/").context["messages"]]


def test_token_is_revoked_and_the_list_shown(admin, token_service, issue, submit_form):
    first, other = issue(1), issue(2)
    url = path_of(first, "revoke", "?client=44")

    assertContains(admin.get(url), "Access token, valid")
    response = submit_form(admin, url)

    assert response["Location"] == f"{TOKENS}?client=44"
    assert token_service.region("us").tokens[17] == [other]
    assert messages(admin) == ["1 token revoked."]
    entry = AuditEntry.objects.get(operation="token.revoke")
    assert (entry.effect, entry.client, entry.label) == ("destroy", "44", "Till")
    assert (entry.reason, entry.ticket) == ("Lost phone", "INC-1")
    assert entry.known == f'{{"hash":"{first.access_hash}"}}'  # by which it is settled
    assert first.access_hash not in entry.path


def test_already_revoked_token_is_reported(admin, token_service, issue):
    token = issue(1)
    url = path_of(token, "revoke")
    body = fill_form(admin.get(url), "reason", reason="Lost phone")
    token_service.region("us").tokens[17].clear()

    response = admin.post(url, body, content_type=URLENCODED)

    assert response["Location"] == TOKENS
    assert messages(admin) == ["The token no longer exists."]


@pytest.mark.parametrize("operation", ["token.revoke", "token.list"])
def test_gateway_404_is_not_shown_as_revoked(admin, token_service, issue, operation):
    token = issue(1)
    url = path_of(token, "revoke")
    body = fill_form(admin.get(url), "reason", reason="Lost phone")
    token_service.fault("status", operation=operation, status=404, code="")

    page = admin.post(url, body, content_type=URLENCODED)

    assertContains(page, "Not found", status_code=page.status_code)
    assert token_service.region("us").tokens[17] == [token]


def test_second_submit_revokes_nothing(admin, token_service, issue):
    token = issue(1)
    url = path_of(token, "revoke")
    body = fill_form(admin.get(url), "reason", reason="Lost phone")

    answers = [admin.post(url, body, content_type=URLENCODED) for _ in range(2)]

    assert {response["Location"] for response in answers} == {TOKENS}
    assert AuditEntry.objects.filter(operation="token.revoke").count() == 1


@pytest.mark.parametrize(
    ("after", "verdict"), [(True, "The token no longer exists"), (False, "The token still works")]
)
def test_lost_response_is_resolved_by_the_lists(
    admin, token_service, issue, submit_form, after, verdict
):
    token = issue(1)
    token_service.fault("reset", operation="token.revoke", after=after)

    assertContains(submit_form(admin, path_of(token, "revoke")), verdict)


def test_reason_is_required(admin, token_service, issue, submit_form):
    token = issue(1)

    response = submit_form(admin, path_of(token, "revoke"), reason=" ")

    assertContains(response, "Enter a reason for the audit log.", status_code=422)
    assert token_service.region("us").tokens[17] == [token]

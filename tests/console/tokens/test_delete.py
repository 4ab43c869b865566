from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.tokens import TOKENS, path_of


def test_deleted_token_leaves_the_list(admin, token_service, issue, submit_form):
    token, other = issue(1), issue(2)
    token_service.state.revoked_linger = True

    assert submit_form(admin, path_of(token, "remove"))["Location"] == TOKENS

    assert token_service.region("us").tokens[17] == [other]
    entry = AuditEntry.objects.get(operation="token.delete")
    assert (entry.outcome, entry.client, entry.reason) == ("done", "44", "Lost phone")
    assert token.access_hash not in entry.path


def test_rejection_is_shown(admin, token_service, issue, submit_form):
    token = issue(1)
    token_service.fault("status", operation="token.delete", status=403, code="A161203")

    response = submit_form(admin, path_of(token, "remove"))

    assertContains(response, "A161203")
    assertContains(response, "Nothing was changed")

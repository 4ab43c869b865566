from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.tokens import SUBJECT, TOKENS


def test_tokens_of_one_subject_and_client_are_revoked(
    admin, token_service, issue, look_up, submit_form
):
    issue(1)
    issue(2, client_id=45)
    issue(3, subject="somebody-else")
    lookup = look_up(admin)
    url = f"{TOKENS}subjects/{lookup}/clients/44/revoke/"
    listed = f"{TOKENS}?client=44&subject={lookup}"
    assertContains(admin.get(listed), f'href="{url}"')

    assertContains(admin.get(url), "1 valid token")
    response = submit_form(admin, url, typed="4188")

    assert response["Location"] == listed
    tokens = token_service.region("us").tokens[17]
    assert [token.access_hash[:4] for token in tokens] == ["0002", "0003"]
    entry = AuditEntry.objects.get(operation="token.revoke")
    assert (entry.client, entry.label, entry.subject) == ("44", "Till", SUBJECT)

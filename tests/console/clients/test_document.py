import json

from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/services/us/17/clients/44/document/"


def test_document_is_shown_without_secrets(member, ledger):
    ledger["registrationAccessTokenHash"] = "h4sh-of-a-token"

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "fromTheFuture")
    assertNotContains(response, "s3cret-of-the-ledger")
    assertNotContains(response, "h4sh-of-a-token")


def test_document_can_be_downloaded(member, ledger):
    response = member(Role.VIEWER).get(URL, {"download": ""})

    assert 'filename="ledger-sync-us-44.json"' in response["Content-Disposition"]
    assert json.loads(response.content)["clientId"] == 44

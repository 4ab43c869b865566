import json

from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/services/us/17/document/"


def test_document_is_shown_with_redacted_secrets(member, sandbox):
    sandbox.services[17]["apiSecret"] = "s3cret-of-the-shop"

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "fromTheFuture")
    assertNotContains(response, "s3cret-of-the-shop")
    assert "sealed:" in response.context["text"]


def test_document_can_be_downloaded(member, sandbox):
    response = member(Role.VIEWER).get(URL, {"download": ""})

    assert response["Content-Disposition"] == 'attachment; filename="shop-us-17.json"'
    assert json.loads(response.content)["serviceName"] == "Shop"

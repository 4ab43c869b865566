"""A help desk revokes a leaked token (H4)."""

import logging

import pytest
from playwright.sync_api import expect

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tenants.sandbox import signing
from tenants.sandbox.seeding.clients import SUBJECT_EVERYWHERE
from tests.support.secret_scanner import SecretScanner, dump_database


@pytest.fixture
def service_tokens(sandbox, find_service_id):
    """The tokens of a service that signs them."""
    return sandbox.region("us").tokens[find_service_id("us", "Payments")]


@pytest.fixture
def leaked_token(service_tokens):
    live = [
        service_token
        for service_token in service_tokens
        if service_token.subject == SUBJECT_EVERYWHERE
    ]
    return max(live, key=lambda token: token.expires_at)


@pytest.fixture
def jwt(sandbox, find_service_id, leaked_token):
    """Form data with a token as applications send it."""
    service = sandbox.region("us").services[find_service_id("us", "Payments")]
    claims = {"iss": service["issuer"], "jti": leaked_token.access_token, "sub": SUBJECT_EVERYWHERE}
    return signing.sign_jwt(service, claims, "ES256", typ="at+jwt")


def test_leaked_token_is_looked_up_and_revoked(
    open_signed_in,
    person,
    input_device,
    sandbox,
    jwt,
    leaked_token,
    service_tokens,
    caplog,
    capfd,
    assert_budget,
):
    caplog.set_level(logging.DEBUG)
    sandbox.fault("down", region="jp")
    home = open_signed_in(person(Role.HELP_DESK, "Nia Okafor"))
    requests: list[str] = []
    home.on("request", lambda event: requests.append(f"{event.url} {event.headers}"))
    home.on("response", lambda event: requests.append(str(event.headers)))
    input_device = input_device(home)

    input_device.click("link", "Token lookup")
    input_device.type(home.get_by_label("Token", exact=True), f"Bearer {jwt}")
    input_device.click("button", "Look up token")
    expect(home.get_by_role("heading", name="Result from Payments")).to_be_focused()
    whose = home.get_by_role("region", name="Details")
    for label in (SUBJECT_EVERYWHERE, "Harbor app", "Payments", "Access token"):
        expect(whose).to_contain_text(label)
    expect(home.get_by_label("Token", exact=True)).to_have_value("")
    input_device.click("button", "Revoke token")
    input_device.type(home.get_by_label("Reason"), "Found in a public repository")
    input_device.type(home.get_by_label("Ticket"), "INC-4411")
    input_device.click("button", "Revoke token in US")

    expect(home.get_by_text("no longer active")).to_be_visible()
    assert leaked_token not in service_tokens
    assert_budget("H4", input_device)
    assert AuditEntry.objects.get(operation="token.revoke").ticket == "INC-4411"
    storage = "[{...localStorage}, {...sessionStorage}, document.cookie]"
    logged = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    texts = [*requests, *logged, *capfd.readouterr(), str(home.evaluate(storage))]
    hunt = SecretScanner({jwt, leaked_token.access_token, leaked_token.refresh_token})
    texts += [home.content(), *(text for _, text in dump_database())]
    assert len(requests) > 5
    assert [hit for text in texts for hit in hunt.find_leak(text)] == []

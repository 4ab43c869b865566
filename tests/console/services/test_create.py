import json
from urllib.parse import urlencode

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/create/"
ASKED = {
    "region": "us",
    "service_name": "Till",
    "issuer": "https://till.acme.example",
    "start": "oidc",
}


@pytest.fixture
def numbered(acme):
    Credential.objects.update(number=1)


def create(browser, **asked):
    url = f"{URL}?{urlencode(ASKED | asked)}"
    body = fill_form(browser.get(url), "reason", reason="New shop", ticket="CHG-5")
    return browser.post(url, body, content_type=URLENCODED)


def created_service(sandbox):
    (service,) = (s for key, s in sandbox.services.items() if key != 17)
    return service


@pytest.mark.parametrize(
    ("start", "name", "value"),
    [
        ("oidc", "supportedResponseTypes", ["CODE"]),
        ("fapi2", "fapiModes", ["FAPI2_SECURITY"]),
        ("ciba", "supportedBackchannelTokenDeliveryModes", ["POLL", "PING"]),
        ("credentials", "verifiableCredentialsEnabled", True),
    ],
)
def test_creates_a_service_from_each_archetype(editor, numbered, sandbox, start, name, value):
    response = create(editor, start=start)

    service = created_service(sandbox)
    assert response.url == f"/acme/services/us/{service['apiKey']}/"
    assert service["serviceName"] == "Till"
    assert service["tokenEndpoint"] == "https://till.acme.example/token"
    assert service[name] == value


def test_creation_is_logged_with_its_reason(editor, numbered, sandbox):
    create(editor)

    entry = AuditEntry.objects.get(operation="idp.create_service")
    assert (entry.outcome, entry.reason, entry.ticket) == ("done", "New shop", "CHG-5")
    assert "serviceName" in {change["field"] for change in entry.changes}


def test_nothing_is_created_before_the_review(editor, numbered, sandbox):
    response = editor.get(URL, ASKED)

    assertContains(response, "https://till.acme.example/token")
    assert list(sandbox.services) == [17]


def test_copy_leaves_out_settings_bound_to_the_original(editor, numbered, sandbox):
    sandbox.services[17] |= {
        "issuer": "https://shop.acme.example",
        "tokenEndpoint": "https://shop.acme.example/oauth/token",
        "policyUri": "https://www.acme.example/policy",
        "jwks": json.dumps({"keys": [{"kty": "oct", "k": "pr1vate"}]}),
        "pkceRequired": True,
    }

    response = editor.get(URL, ASKED | {"start": "copy", "original": "us/17"})

    assertContains(response, "Set these again")
    assertContains(response, "Unchanged URLs of the original")
    assertNotContains(response, "pr1vate")
    create(editor, start="copy", original="us/17")
    service = created_service(sandbox)
    assert service["pkceRequired"] is True
    assert service["tokenEndpoint"] == "https://till.acme.example/oauth/token"
    assert service["policyUri"] == "https://www.acme.example/policy"
    assert "jwks" not in service
    assert service["apiKey"] != 17


def test_new_service_opens_during_authletes_delay(editor, numbered, sandbox):
    sandbox.state.window = 0.4

    response = create(editor)

    assert editor.get(response.url).status_code == 200


def test_rejection_by_the_identity_provider_is_shown(editor, numbered, sandbox):
    sandbox.fault("status", operation="idp.create_service", status=403)

    response = create(editor)

    assertContains(response, "Not allowed by Authlete")
    assertContains(response, "New shop</textarea>")
    assert list(sandbox.services) == [17]


@pytest.mark.parametrize(
    "bad",
    [
        {"issuer": "http://till.acme.example"},
        {"issuer": "javascript:alert(1)"},
        {"service_name": ""},
        {"region": "mars"},
        {"start": "nothing"},
        {"start": "copy"},
        {"start": "copy", "original": "us/x"},
    ],
)
def test_errors_are_shown_at_their_fields(editor, numbered, sandbox, bad):
    response = editor.get(URL, ASKED | bad)

    assertContains(response, "Fix the highlighted fields")
    assertContains(response, f'value="{(ASKED | bad)["issuer"]}"')


def test_second_submit_creates_no_second_service(editor, numbered, sandbox):
    url = f"{URL}?{urlencode(ASKED)}"
    body = fill_form(editor.get(url), "reason", reason="New shop", ticket="CHG-5")

    first, second = (editor.post(url, body, content_type=URLENCODED) for _ in range(2))

    assert created_service(sandbox)["serviceName"] == "Till"
    assert second.url == first.url


def test_lost_response_is_not_sent_again(editor, numbered, sandbox):
    url = f"{URL}?{urlencode(ASKED)}"
    body = fill_form(editor.get(url), "reason", reason="New shop", ticket="CHG-5")
    sandbox.fault("reset", operation="idp.create_service", after=True, times=1)

    editor.post(url, body, content_type=URLENCODED)
    response = editor.post(url, body, content_type=URLENCODED, follow=True)

    assert created_service(sandbox)["serviceName"] == "Till"
    assertContains(response, "You already submitted this form")


def test_creates_only_what_was_reviewed(editor, numbered, sandbox):
    url = f"{URL}?{urlencode(ASKED | {'start': 'copy', 'original': 'us/17'})}"
    body = fill_form(editor.get(url), "reason", reason="New shop", ticket="CHG-5")
    sandbox.services[17]["pkceRequired"] = True

    response = editor.post(url, body, content_type=URLENCODED)

    assertContains(response, "has changed since your review")
    assert list(sandbox.services) == [17]

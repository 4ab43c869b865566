import json

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.authlete.documents.client import SECTIONS
from tenants.organizations.roles import Role
from tests.support.form_data import initial_form_data as sent_by
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/us/17/clients/44/edit/"
REVIEW = "/acme/services/us/17/clients/44/review/"
KEY = {"kty": "EC", "crv": "P-256", "kid": "one", "x": "AA", "y": "AA"}


@pytest.mark.parametrize("section", [*SECTIONS, "all"])
def test_every_section_opens(editor, section):
    assert editor.get(f"{URL}{section}/").status_code == 200


def test_save_redirects_to_the_review_and_sends_nothing(editor, submit_settings, ledger):
    response = submit_settings(editor, client_name="Ledger")

    assertRedirects(response, REVIEW, fetch_redirect_response=False)
    assert ledger["clientName"] == "Ledger sync"


def test_read_only_settings_are_marked(editor):
    response = editor.get(f"{URL}all/")

    assertContains(response, "read only")
    assertContains(response, "ignored by Authlete")
    assertNotContains(response, 'name="locked"')
    assertNotContains(response, 'name="client_secret"')


def update_body(sandbox):
    """Return the body of the update."""
    (call,) = [call for call in sandbox.calls if call.operation == "client.update"]
    return json.loads(call.body)


def test_localized_texts_are_edited_by_row(editor, submit_settings, save, sandbox):
    sandbox.clients[44]["clientNames"] = [{"tag": "ja", "value": "元帳"}]

    submit_settings(editor, "languages", client_names__0__value="元帳アプリ")
    save(editor)

    assert update_body(sandbox)["clientNames"] == [{"tag": "ja", "value": "元帳アプリ"}]


def test_nested_lifetime_is_changed_alone(editor, submit_settings, save, sandbox):
    nested = {"refreshTokenDuration": 60, "fromTheFuture": 1}
    sandbox.clients[44]["extension"] = nested

    two = {"extension__access_token_duration": 2}
    submit_settings(editor, "tokens", **two, extension__access_token_duration__unit="hours")
    save(editor)

    assert update_body(sandbox)["extension"] == nested | {"accessTokenDuration": 7200}


def test_private_keys_are_errors_at_the_field(editor, submit_settings, ledger):
    keys = json.dumps({"keys": [KEY | {"d": "pr1vate-part"}]})

    response = submit_settings(editor, "keys", jwks=keys)

    assertContains(response, "field-error")
    assertNotContains(response, "pr1vate-part")


def test_configuration_warnings_are_shown_at_the_field(editor, ledger):
    ledger["tokenAuthMethod"] = "PRIVATE_KEY_JWT"

    response = editor.get(f"{URL}keys/")

    assertContains(response, "there is no public key to authenticate")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("STATIC_REGISTRATION", ""),
        ("DYNAMIC_REGISTRATION", "registration access token (RFC 7591)"),
        ("AUTOMATIC_REGISTRATION", "when its trust chain is resolved again"),
        ("EXPLICIT_REGISTRATION", "when it registers again"),
        ("METADATA_DOCUMENT", "Its metadata document replaces"),
        ("BY_PIGEON", "BY_PIGEON"),
    ],
)
def test_clients_managed_elsewhere_get_a_warning(editor, ledger, source, words):
    ledger["clientSource"] = source

    response = editor.get(f"{URL}basics/")

    if words:
        assertContains(response, "may be overwritten")
        assertContains(response, words)
    else:
        assertNotContains(response, "may be overwritten")


def test_needs_a_role_that_may_change(member, ledger):
    assert member(Role.VIEWER).get(f"{URL}basics/").status_code == 403


def test_secret_attribute_is_shown_as_a_fingerprint(editor, ledger):
    ledger["attributes"] = [{"key": "db_password", "value": "s3cret-of-theirs"}]

    response = editor.get(f"{URL}basics/")

    assertContains(response, "Contains a secret")
    assertContains(response, "db_password")
    assertNotContains(response, "s3cret-of-theirs")


def test_metadata_around_a_hidden_secret_can_be_edited(editor, save, sandbox, ledger):
    ledger["customMetadata"] = '{"tier":"gold","api_secret":"s3cret-of-theirs"}'
    page = editor.get(f"{URL}basics/")
    assertNotContains(page, "s3cret-of-theirs")
    (text,) = sent_by(page.text)["custom_metadata"]

    body = fill_form(page, "base", custom_metadata=text.replace("gold", "platinum"))
    editor.post(f"{URL}basics/", body, content_type=URLENCODED)
    save(editor)

    metadata = json.loads(sandbox.clients[44]["customMetadata"])
    assert metadata == {"tier": "platinum", "api_secret": "s3cret-of-theirs"}

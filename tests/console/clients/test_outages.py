"""A region that doesn't respond: its objects stay readable, and nothing can be changed."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tenants.versions.models import Version
from tests.support.forms import URLENCODED, draft_saver, fill_form, settings_editor
from tests.support.sample_keys import make_jwk_set, make_public_key

SERVICE = "/acme/services/us/17/"
CLIENT = "/acme/services/us/17/clients/44/"
submit_settings, save = settings_editor(SERVICE, "tokens"), draft_saver(SERVICE)


@pytest.fixture
def editor(member, sandbox, ledger):
    """Return an editor who has seen the service and its client."""
    editor = member(Role.EDITOR)
    editor.get(SERVICE)
    editor.get(CLIENT)
    editor.get(f"{SERVICE}clients/")
    return editor


@pytest.fixture
def down(editor, sandbox):
    """Stop the region."""
    sandbox.fault("status", region="us", status=503)
    return editor


PARTS = ("", "fields/", "document/", "history/")
SERVICE_PARTS = ("keys/", "keys/hsm/", "discovery/", "clients/")
PAGES = [(url, part) for url in (SERVICE, CLIENT) for part in PARTS] + [
    (SERVICE, part) for part in SERVICE_PARTS
]


@pytest.mark.parametrize(("url", "part"), PAGES)
def test_pages_show_the_last_version_during_an_outage(down, url, part):
    response = down.get(url + part)

    last = AuditEntry.objects.order_by("-seq")[0]
    assert response.status_code == 200
    assertContains(response, "respond: showing the last known version")
    assertContains(response, "Last seen")
    assertContains(response, "Injected fault")
    assertContains(response, last.entry)
    assertContains(response, f'href="{url}{part}"')  # Retry


def test_settings_of_the_last_version_are_shown(editor, sandbox):
    sandbox.services[17]["accessTokenDuration"] = 4321
    editor.get(SERVICE)
    sandbox.fault("status", region="us", status=503)

    assertContains(editor.get(f"{SERVICE}document/"), "4321")


def test_keys_of_the_last_version_are_shown(editor, sandbox):
    sandbox.services[17]["jwks"] = make_jwk_set(make_public_key("shop-1", alg="ES256", use="sig"))
    editor.get(SERVICE)
    sandbox.fault("status", region="us", status=503)

    page = editor.get(f"{SERVICE}keys/")

    assertContains(page, "shop-1")
    assertNotContains(page, f"{SERVICE}keys/new/")


def test_clients_are_listed_as_last_synced(down):
    page = down.get(f"{SERVICE}clients/?q=clientType:confidential")

    assertContains(page, "Ledger sync")
    assertNotContains(page, f"{SERVICE}clients/new/")
    assertNotContains(page, "Change selected")
    assert not down.get(f"{SERVICE}clients/?q=clientType:public").context["list_page"].rows
    assert down.get(f"{SERVICE}clients/?download=csv").status_code == 503


def test_hsm_keys_of_the_last_version_are_shown(editor, sandbox):
    key = {"handle": "h1", "kid": "vault-1", "kty": "EC", "use": "sig", "alg": "ES256"}
    sandbox.services[17]["hsks"] = [key]
    editor.get(SERVICE)
    sandbox.fault("status", region="us", status=503)

    assertContains(editor.get(f"{SERVICE}keys/hsm/"), "vault-1")
    assertContains(editor.get(f"{SERVICE}keys/hsm/key/h1/"), "last known version")


def test_change_buttons_are_disabled_with_the_reason(down):
    response = down.get(CLIENT)

    assertContains(response, 'disabled aria-describedby="outage-reason"')
    assertContains(response, 'id="outage-reason"')
    assertNotContains(response, f'href="{CLIENT}lock/"')
    assertNotContains(response, "/edit/")


def test_viewer_sees_no_disabled_buttons(member, down):
    assertNotContains(member(Role.VIEWER).get(CLIENT), 'aria-describedby="outage-reason"')


@pytest.mark.parametrize("part", ["edit/all/", "review/"])
def test_pages_of_changes_lead_to_the_last_version(down, part):
    response = down.get(SERVICE + part)

    assertContains(response, "Changes have to wait", status_code=503)
    assertContains(response, f'href="{SERVICE}"', status_code=503)


def test_draft_survives_a_save_during_an_outage(editor, sandbox):
    submit_settings(editor, access_token_duration=77)
    page = editor.get(f"{SERVICE}review/")
    before = sandbox.services[17].get("accessTokenDuration")
    sandbox.fault("status", region="us", status=503)

    response = save(editor, page=page)

    assertContains(response, "Your draft is kept", status_code=503)
    assert sandbox.services[17].get("accessTokenDuration") == before
    sandbox.faults.clear()
    save(editor)
    assert sandbox.services[17]["accessTokenDuration"] == 77 * 3600


def test_edit_during_an_outage_is_kept_as_a_draft(editor, sandbox):
    form_page = editor.get(f"{SERVICE}edit/tokens/")
    sandbox.fault("status", region="us", status=503)

    body = fill_form(form_page, "base", access_token_duration="88")
    editor.post(f"{SERVICE}edit/tokens/", body, content_type=URLENCODED)
    response = editor.get(f"{SERVICE}review/")

    assertContains(response, "Your draft is kept", status_code=503)
    sandbox.faults.clear()
    assertContains(editor.get(f"{SERVICE}review/"), "88")


def test_object_without_version_fails_as_before(down):
    Version.objects.all().delete()

    response = down.get(SERVICE)

    assertNotContains(response, "last known", status_code=502)


def test_rejected_credential_is_no_outage(editor, sandbox):
    sandbox.fault("status", region="us", status=401)

    assertNotContains(editor.get(SERVICE), "last known", status_code=403)


def test_download_names_the_time_of_the_last_version(down):
    response = down.get(f"{SERVICE}document/?download")

    assert "-last-seen-20" in response["Content-Disposition"]


def test_tampered_version_is_marked(down):
    Version.objects.update(mac="0" * 64)

    assertContains(down.get(SERVICE), "rely on these values")

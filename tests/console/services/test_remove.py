from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.models import Draft
from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tenants.organizations.roles import Role
from tenants.sandbox.state import now_milliseconds
from tenants.versions.models import Version
from tests.support.forms import URLENCODED, fill_form
from tests.support.markup import compact

URL = "/acme/services/us/17/remove/"
FIELDS = ("region", "service_name", "issuer", "start", "original")


@pytest.fixture
def admin(member, sandbox):
    Credential.objects.update(number=1)
    return member(Role.ADMIN)


def remove(browser, typed="Shop"):
    body = fill_form(browser.get(URL), "typed", typed=typed, reason="Closed", ticket="C-1")
    return browser.post(URL, body, content_type=URLENCODED)


def test_shows_the_effects_and_offers_a_snapshot(admin, sandbox):
    sandbox.services[17]["metadata"] = [{"key": "clientCount", "value": "12"}]

    response = admin.get(URL)

    assertContains(response, "12 clients, with their secrets")
    assertContains(response, "/acme/services/us/17/document/?download")
    assertContains(response, "Type Shop to confirm")


def test_active_tokens_are_counted_and_the_count_is_logged(admin, sandbox):
    response = admin.get(URL)

    assertContains(response, "No active tokens")
    assert AuditEntry.objects.filter(operation="token.list", service="17").exists()


def test_failed_token_count_is_not_zero(admin, sandbox):
    sandbox.fault("status", operation="token.list", status=403)

    response = admin.get(URL)

    assertContains(response, "Active tokens unknown")
    assertNotContains(response, "No active tokens")


def test_service_is_deleted_when_its_name_is_typed(admin, sandbox):
    response = remove(admin)

    assertRedirects(response, "/acme/services/", fetch_redirect_response=False)
    assert 17 not in sandbox.services
    entry = AuditEntry.objects.get(operation="idp.remove_service")
    assert (entry.outcome, entry.label, entry.reason) == ("done", "Shop", "Closed")
    assert (entry.effect, entry.service) == ("destroy", "17")


def test_deleted_service_has_a_page_and_history(admin, sandbox):
    remove(admin)

    page = admin.get("/acme/services/us/17/")
    assertContains(page, "Shop was deleted", status_code=404)
    assertContains(page, "Closed", status_code=404)
    assertContains(admin.get("/acme/services/us/17/history/"), "Closed")


@pytest.mark.parametrize("typed", ["", "shop", "Shop 2"])
def test_wrong_name_deletes_nothing(admin, sandbox, typed):
    response = remove(admin, typed)

    assert response.status_code == 200
    assertContains(response, 'id="error-typed"')
    assert 17 in sandbox.services
    assert not AuditEntry.objects.filter(operation="idp.remove_service").exists()


def test_deletion_removes_all_drafts(admin, editor, submit_settings, sandbox):
    submit_settings(editor, access_token_duration=2)

    remove(admin)

    assert not Draft.objects.exists()


def test_rejection_is_shown(admin, sandbox):
    sandbox.fault("status", operation="idp.remove_service", status=403)

    assertContains(remove(admin), "Not allowed by Authlete")
    assert 17 in sandbox.services


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK, Role.EDITOR])
def test_needs_a_role_that_may_destroy(member, sandbox, role):
    assert member(role).get(URL).status_code == 403


def test_second_submit_shows_the_first_result(admin, sandbox):
    body = fill_form(admin.get(URL), "typed", typed="Shop", reason="Closed", ticket="C-1")

    first, second = (admin.post(URL, body, content_type=URLENCODED) for _ in range(2))

    assert second.url == first.url == "/acme/services/"
    assert AuditEntry.objects.filter(operation="idp.remove_service").count() == 1


def test_service_changed_since_the_form_is_not_deleted(admin, sandbox):
    body = fill_form(admin.get(URL), "typed", typed="Shop", reason="Closed", ticket="C-1")
    sandbox.services[17] |= {"pkceRequired": True, "modifiedAt": 2}

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "Someone changed this after you opened the page")
    assert 17 in sandbox.services


def test_service_with_a_blank_name_can_be_deleted(admin, sandbox):
    sandbox.services[17]["serviceName"] = "  "

    remove(admin, "17")

    assert 17 not in sandbox.services


def test_deletion_removes_drafts_of_its_clients(admin, acme, sandbox):
    at = {"user": User.objects.get(), "organization": acme, "region": "us"}
    for client in (0, 5):
        Draft(**at, service_id=17, client_id=client).seal_content([]).save()
    other = Draft(**at, service_id=18).seal_content([])
    other.save()

    remove(admin, "Shop")

    assert Draft.objects.get() == other


def test_deleted_service_can_be_recreated(admin, sandbox):
    sandbox.services[17] |= {
        "issuer": "https://shop.acme.example",
        "tokenEndpoint": "https://shop.acme.example/oauth/token",
        "policyUri": "https://www.acme.example/policy",
        "jwks": '{"keys": [{"kty": "oct", "k": "pr1vate"}]}',
        "fromTheFuture": {"kept": True},
        "createdAt": now_milliseconds(),  # as lately as the one that follows it
    }
    remove(admin)
    page = admin.get("/acme/services/us/17/")
    start = "/acme/services/new/?again=us/17"
    assertContains(page, f'href="{start}"', status_code=404)

    form = admin.get(start)
    assertContains(form, "Recreate Shop")
    assertContains(form, "Not restored")
    assert "JWK Set: Meridian doesn't store them" in compact(form)
    values = {name: form.context["form"][name].value() for name in FIELDS}
    url = f"/acme/services/create/?{urlencode(values)}"
    review = admin.get(url)
    assertContains(review, "Recreate Shop")
    assertContains(review, "Not restored")
    assertContains(review, "fromTheFuture")
    assertNotContains(review, "Unchanged URLs of the original")
    response = admin.post(url, fill_form(review, "reviewed"), content_type=URLENCODED)

    (again,) = sandbox.services.values()
    assert response.url == f"/acme/services/us/{again['apiKey']}/"
    assert again["apiKey"] != 17
    assert again["serviceName"] == "Shop"
    assert again["tokenEndpoint"] == "https://shop.acme.example/oauth/token"
    assert again["policyUri"] == "https://www.acme.example/policy"
    assert "jwks" not in again
    history = admin.get(f"{response.url}history/")
    assertContains(history, "Recreate us/17")
    assertContains(history, 'href="/acme/services/us/17/"')
    page = admin.get("/acme/services/us/17/")
    assertContains(page, f'href="{response.url}"', status_code=404)


@pytest.mark.parametrize("place", ["us/99", "us/x", "mars/17"])
def test_unknown_service_cannot_be_recreated(admin, place):
    assert admin.get("/acme/services/new/", {"again": place}).status_code == 404
    query = dict.fromkeys(FIELDS, "us") | {"issuer": "https://a.example"}
    query |= {"start": "again", "original": place}
    assert admin.get("/acme/services/create/", query).status_code == 404


def test_recreation_warns_of_a_tampered_version(admin, sandbox):
    admin.get("/acme/services/us/17/")
    remove(admin)
    Version.objects.filter(number=1).update(modified_at=7)

    message = "Stored version was tampered with"
    assertContains(admin.get("/acme/services/us/17/"), message, status_code=404)
    assertContains(admin.get("/acme/services/new/?again=us/17"), message)

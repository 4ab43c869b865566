import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import HSM, key

USED = f"{HSM}key/{key('till-1')['handle']}/remove/"
URL = f"{HSM}key/{key('till-2')['handle']}/remove/"


@pytest.fixture
def admin(member, hsm_service):
    return member(Role.ADMIN)


def body(browser, typed="till-2", url=URL):
    return fill_form(browser.get(url), "typed", typed=typed, reason="Unused")


def remove(browser, typed="till-2", url=URL):
    return browser.post(url, body(browser, typed, url), content_type=URLENCODED)


def kids(hsm_service):
    return [hsk["kid"] for hsk in hsm_service["hsks"]]


def test_key_is_deleted_when_its_name_is_typed(admin, hsm_service):
    assertContains(admin.get(URL), "Data encrypted to this key")
    assertContains(remove(admin, "till-1"), 'id="error-typed"')

    response = remove(admin)

    assertRedirects(response, HSM, fetch_redirect_response=False)
    assert kids(hsm_service) == ["till-1"]
    entry = AuditEntry.objects.get(operation="key.delete")
    assert (entry.outcome, entry.effect, entry.label, entry.reason) == (
        "done",
        "destroy",
        "till-2",
        "Unused",
    )


def test_key_in_use_cannot_be_deleted(admin, hsm_service, sandbox):
    page = admin.get(USED)
    assertContains(page, "This key is in use")
    assertContains(page, "edit/keys/#field-id_token_signature_key_id")
    assertNotContains(page, 'name="typed"')
    del hsm_service["idTokenSignatureKeyId"]
    late = body(admin, "till-1", USED)
    hsm_service["accessTokenSignAlg"] = "ES256"  # and no other key for it

    response = admin.post(USED, late, content_type=URLENCODED)

    assertContains(response, "Selects this key by algorithm")
    assert kids(hsm_service) == ["till-1", "till-2"]
    assert "key.delete" not in {call.operation for call in sandbox.calls}


def test_remaining_keys_of_the_algorithm_are_counted(admin, hsm_service):
    del hsm_service["idTokenSignatureKeyId"]
    assertContains(admin.get(USED), "It's the only ES256 key")

    hsm_service["hsks"].append(key("till-3"))
    assertContains(admin.get(USED), "1 other ES256 key remains")

    hsm_service["jwks"] = "{"
    assertContains(admin.get(USED), "Other ES256 keys unknown")


def test_lost_response_is_resolved_by_the_list(admin, hsm_service, sandbox):
    sandbox.fault("reset", operation="key.delete", times=1)
    assertContains(remove(admin), "Authlete still lists the key")
    sandbox.state.half_deleted = True
    assertContains(remove(admin), "Key destroyed, but still listed")
    sandbox.state.half_deleted = False
    sandbox.fault("reset", operation="key.delete", after=True, times=1)

    assertRedirects(remove(admin), HSM, fetch_redirect_response=False)

    assert kids(hsm_service) == ["till-1"]
    assertContains(admin.get("/acme/"), "HSM key till-2 deleted")


def test_already_deleted_key_is_reported(admin, hsm_service, sandbox):
    sandbox.fault("status", operation="key.delete", status=404)

    remove(admin)

    assertContains(admin.get("/acme/"), "The key was already deleted")


def test_gateway_404_is_not_shown_as_deleted(admin, hsm_service, sandbox):
    sandbox.fault("status", operation="key.delete", status=404, code="")

    assertContains(remove(admin), "Not found")
    assert "till-2" in kids(hsm_service)

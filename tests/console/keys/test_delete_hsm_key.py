import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import HSM, key

USED = f"{HSM}key/{key('till-1')['handle']}/remove/"
URL = f"{HSM}key/{key('till-2')['handle']}/remove/"


@pytest.fixture
def admin(member, shop):
    return member(Role.ADMIN)


def body(browser, typed="till-2", url=URL):
    return fill_form(browser.get(url), "typed", typed=typed, reason="Unused")


def remove(browser, typed="till-2", url=URL):
    return browser.post(url, body(browser, typed, url), content_type=URLENCODED)


def kids(shop):
    return [one["kid"] for one in shop["hsks"]]


def test_key_is_deleted_when_its_name_is_typed(admin, shop):
    assertContains(admin.get(URL), "Data encrypted to this key")
    assertContains(remove(admin, "till-1"), 'id="error-typed"')

    response = remove(admin)

    assertRedirects(response, HSM, fetch_redirect_response=False)
    assert kids(shop) == ["till-1"]
    entry = AuditEntry.objects.get(operation="key.delete")
    assert (entry.outcome, entry.effect, entry.label, entry.reason) == (
        "done",
        "destroy",
        "till-2",
        "Unused",
    )


def test_key_in_use_cannot_be_deleted(admin, shop, sandbox):
    page = admin.get(USED)
    assertContains(page, "This key is in use")
    assertContains(page, "edit/keys/#field-id_token_signature_key_id")
    assertNotContains(page, 'name="typed"')
    del shop["idTokenSignatureKeyId"]
    late = body(admin, "till-1", USED)
    shop["accessTokenSignAlg"] = "ES256"  # and no other key for it

    response = admin.post(USED, late, content_type=URLENCODED)

    assertContains(response, "Selects this key by algorithm")
    assert kids(shop) == ["till-1", "till-2"]
    assert "key.delete" not in {one.operation for one in sandbox.calls}


def test_remaining_keys_of_the_algorithm_are_counted(admin, shop):
    del shop["idTokenSignatureKeyId"]
    assertContains(admin.get(USED), "It's the only ES256 key")

    shop["hsks"].append(key("till-3"))
    assertContains(admin.get(USED), "1 other ES256 key remains")

    shop["jwks"] = "{"
    assertContains(admin.get(USED), "Other ES256 keys unknown")


def test_lost_response_is_resolved_by_the_list(admin, shop, sandbox):
    sandbox.fault("reset", operation="key.delete", times=1)
    assertContains(remove(admin), "Authlete still lists the key")
    sandbox.state.half_deleted = True
    assertContains(remove(admin), "Key destroyed, but still listed")
    sandbox.state.half_deleted = False
    sandbox.fault("reset", operation="key.delete", after=True, times=1)

    assertRedirects(remove(admin), HSM, fetch_redirect_response=False)

    assert kids(shop) == ["till-1"]
    assertContains(admin.get("/acme/"), "HSM key till-2 deleted")


def test_already_deleted_key_is_reported(admin, shop, sandbox):
    sandbox.fault("status", operation="key.delete", status=404)

    remove(admin)

    assertContains(admin.get("/acme/"), "The key was already deleted")


def test_gateway_404_is_not_shown_as_deleted(admin, shop, sandbox):
    sandbox.fault("status", operation="key.delete", status=404, code="")

    assertContains(remove(admin), "Not found")
    assert "till-2" in kids(shop)

from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role
from tests.support.keys import HSM, key


def test_keys_are_listed_with_their_uses(member, hsm_service):
    hsm_service["hsks"].append(key("till-1", handle="y" * 43))

    page = member(Role.VIEWER).get(HSM)

    assertContains(page, "till-2")
    assertContains(page, "Encryption")
    assertContains(page, hsm_service["hsks"][0]["handle"])
    assertContains(page, "ID token signature key ID", count=2)
    assertContains(page, "duplicate ID", count=2)


def test_disabled_hsm_says_who_can_enable_it(member, hsm_service, sandbox):
    hsm_service["hsmEnabled"] = False
    viewer = member(Role.VIEWER)

    assertContains(viewer.get(HSM), "Ask an editor or admin")
    assertContains(member(Role.EDITOR).get(HSM), "edit/keys/#field-hsm_enabled")

    sandbox.state.without_hsm = {"us"}

    page = viewer.get(HSM)
    assertContains(page, "HSM isn't available in US")
    assertContains(page, "A001223")


def test_failed_read_is_not_shown_as_empty(member, hsm_service, sandbox):
    sandbox.fault("status", operation="key.list", status=503)
    page = member(Role.VIEWER).get(HSM)

    assertContains(page, "HSM keys couldn't be loaded")
    assertNotContains(page, "No HSM keys yet")

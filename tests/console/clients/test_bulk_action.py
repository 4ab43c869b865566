from urllib.parse import urlencode

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.organizations.roles import Role
from tests.support.authentication import expire_authentication


def test_selected_clients_are_listed(member, many, chosen):
    browser = member(Role.EDITOR)
    browser.get("/acme/services/us/17/clients/", {"all": "yes"})
    response = browser.get(chosen(browser, *range(1, 13)))

    assertContains(response, "12 clients selected")
    assertContains(response, "Client 0008")
    assertContains(response, "and 4 more")


@pytest.mark.parametrize("action", ["lock", "unlock"])
def test_action_redirects_to_the_preview(member, few, chosen, action):
    browser = member(Role.EDITOR)
    path = chosen(browser, 1, 3)
    response = browser.post(path, {"action": action})

    assertRedirects(response, f"{path}preview/")
    assert not [one for one in few.calls if "lock" in one.operation]


def test_setting_action_redirects_to_its_value(member, few, chosen):
    browser = member(Role.EDITOR)
    path = chosen(browser, 1)
    response = browser.post(path, {"action": "set", "setting": "pkceRequired"})

    assertRedirects(response, f"{path}set/pkceRequired/")


@pytest.mark.parametrize("setting", ["", "clientSecret", "locked", "clientIdAlias"])
def test_unsupported_setting_is_an_error(member, few, chosen, setting):
    browser = member(Role.EDITOR)
    path = chosen(browser, 1)
    response = browser.post(path, {"action": "set", "setting": setting})

    assertContains(response, 'id="id_setting_error"')


def test_rotation_is_offered_to_admins(member, few, chosen):
    admin, editor = member(Role.ADMIN), member(Role.EDITOR)

    assertContains(admin.get(chosen(admin, 1)), "Stage new secrets")
    path = chosen(editor, 1)
    assertNotContains(editor.get(path), "Stage new secrets")
    assert editor.post(path, {"action": "rotate"}).status_code == 200


@pytest.mark.parametrize("action", ["remove", "client.lock", ""])
def test_unknown_action_is_an_error(member, few, chosen, action):
    browser = member(Role.ADMIN)

    assert browser.post(chosen(browser, 1), {"action": action}).status_code == 200


def test_step_up_preserves_the_selection(member, few, chosen):
    browser = expire_authentication(member(Role.EDITOR))
    path = chosen(browser, 1)

    for response in (browser.get(path), browser.post(path, {"action": "lock"})):
        asked = f"/accounts/reauthenticate/?{urlencode({'next': path})}"
        assert response["Location"] == asked

from urllib.parse import urlencode

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.organizations.roles import Role
from tests.support.authentication import expire_authentication


def test_selected_clients_are_listed(member, many_clients, select_clients):
    browser = member(Role.EDITOR)
    browser.get("/acme/services/us/17/clients/", {"all": "yes"})
    response = browser.get(select_clients(browser, *range(1, 13)))

    assertContains(response, "12 selected")
    assertContains(response, "Client 0008")
    assertContains(response, "and 4 more")


@pytest.mark.parametrize("action", ["lock", "unlock"])
def test_action_redirects_to_the_preview(member, five_clients, select_clients, action):
    browser = member(Role.EDITOR)
    path = select_clients(browser, 1, 3)
    response = browser.post(path, {"action": action})

    assertRedirects(response, f"{path}preview/")
    assert not [call for call in five_clients.calls if "lock" in call.operation]


def test_setting_action_redirects_to_its_value(member, five_clients, select_clients):
    browser = member(Role.EDITOR)
    path = select_clients(browser, 1)
    response = browser.post(path, {"action": "set", "setting": "pkceRequired"})

    assertRedirects(response, f"{path}set/pkceRequired/")


@pytest.mark.parametrize("setting", ["", "clientSecret", "locked", "clientIdAlias"])
def test_unsupported_setting_is_an_error(member, five_clients, select_clients, setting):
    browser = member(Role.EDITOR)
    path = select_clients(browser, 1)
    response = browser.post(path, {"action": "set", "setting": setting})

    assertContains(response, 'id="id_setting_error"')


def test_rotation_is_offered_to_admins(member, five_clients, select_clients):
    admin, editor = member(Role.ADMIN), member(Role.EDITOR)

    assertContains(admin.get(select_clients(admin, 1)), "Stage new secrets")
    path = select_clients(editor, 1)
    assertNotContains(editor.get(path), "Stage new secrets")
    assert editor.post(path, {"action": "rotate"}).status_code == 200


@pytest.mark.parametrize("action", ["remove", "client.lock", ""])
def test_unknown_action_is_an_error(member, five_clients, select_clients, action):
    browser = member(Role.ADMIN)

    assert browser.post(select_clients(browser, 1), {"action": action}).status_code == 200


def test_step_up_preserves_the_selection(member, five_clients, select_clients):
    browser = expire_authentication(member(Role.EDITOR))
    path = select_clients(browser, 1)

    for response in (browser.get(path), browser.post(path, {"action": "lock"})):
        url = f"/accounts/reauthenticate/?{urlencode({'next': path})}"
        assert response["Location"] == url

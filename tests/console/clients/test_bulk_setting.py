import pytest
from pytest_django.asserts import assertContains, assertRedirects

from console.clients.bulk.kind import CLIENT_BULK
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form


@pytest.fixture
def editor(member, five_clients):
    return member(Role.EDITOR)


def submit_settings(browser, path, setting, **entered):
    """Fill in the value of a setting and send it."""
    path = f"{path}set/{setting}/"
    body = fill_form(browser.get(path), "base", **entered)
    return browser.post(path, body, content_type=URLENCODED)


@pytest.mark.parametrize("setting", CLIENT_BULK.settings)
def test_each_setting_has_an_input(editor, select_clients, setting):
    response = editor.get(f"{select_clients(editor, 1)}set/{setting}/")

    assertContains(response, f'id="field-{CLIENT_BULK.settings[setting].setting.name}"')


@pytest.mark.parametrize(
    ("setting", "entered"),
    [
        ("pkceRequired", {"pkce_required__on": "on"}),
        ("redirectUris", {"redirect_uris__item": ["https://new.example.com/cb"]}),
        ("extension.accessTokenDuration", {"access_token_duration": "60"}),
        ("description", {}),
    ],
)
def test_action_redirects_to_the_preview(editor, select_clients, setting, entered):
    path = select_clients(editor, 1, 2)

    assertRedirects(submit_settings(editor, path, setting, **entered), f"{path}preview/")


@pytest.mark.parametrize(
    ("setting", "entered", "message"),
    [
        ("redirectUris", {"redirect_uris__item": ["not an address"]}, "field-error"),
        ("redirectUris", {"mode": "add"}, "Enter the entries to add"),
        ("redirectUris", {"mode": "remove"}, "Enter the entries to add"),
        ("contacts", {"mode": "everything"}, "aria-labelledby"),
    ],
)
def test_invalid_values_are_errors(editor, select_clients, setting, entered, message):
    response = submit_settings(editor, select_clients(editor, 1), setting, **entered)

    assertContains(response, message)


def test_add_mode_is_refused_for_single_values(editor, select_clients):
    path = f"{select_clients(editor, 1)}set/description/"
    body = fill_form(editor.get(path), "base", description="New", mode="add")
    response = editor.post(path, body, content_type=URLENCODED)

    assert response.status_code == 200


@pytest.mark.parametrize("setting", ["clientSecret", "locked", "clientIdAlias", "x"])
def test_unsupported_setting_is_not_found(editor, select_clients, setting):
    response = editor.get(f"{select_clients(editor, 1)}set/{setting}/")

    assert response.status_code == 404

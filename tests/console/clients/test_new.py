import json

import pytest
from pydantic import SecretStr
from pytest_django.asserts import assertContains, assertNotContains

from console.clients.creation.presets import CLIENT_PRESETS
from console.models import KnownService
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.markup import compact

URL = "/acme/services/us/17/clients/new/"
KEY = {"kty": "EC", "crv": "P-256", "kid": "1", "x": "eA", "y": "eQ"}


def submit_settings(browser, start="spa", page=None, **entered):
    url = URL + (start if start.startswith("?") else f"?start={start}")
    body = fill_form(page or browser.get(url), "base", **entered)
    return browser.post(url, body, content_type=URLENCODED)


def test_offers_presets_and_copies(editor):
    response = editor.get(URL)

    for slug, archetype in CLIENT_PRESETS.items():
        assertContains(response, f"?start={slug}")
        assertContains(response, archetype.title)
    assertContains(response, "Copy a client")


def test_presets_show_missing_service_support(editor, sandbox):
    sandbox.services[17]["supportedGrantTypes"] = ["AUTHORIZATION_CODE"]

    response = editor.get(URL)

    assert "Missing in the service: CIBA" in compact(response)


@pytest.mark.parametrize("slug", CLIENT_PRESETS)
def test_form_asks_for_required_settings_only(editor, slug):
    response = editor.get(URL, {"start": slug})

    names = set(response.context["form"].settings) & set(CLIENT_PRESETS[slug].form_settings)
    for name in response.context["form"].settings:
        is_shown = f'id="field-{name}"' in response.content.decode()
        assert is_shown is (name in names), name


def test_missing_service_support_is_explained(editor, sandbox):
    sandbox.services[17]["supportedTokenAuthMethods"] = ["NONE"]

    response = editor.get(URL, {"start": "web"})

    assertContains(response, "The service doesn't support this client yet")
    assertContains(
        response, "/acme/services/us/17/edit/endpoints/#field-supported_token_auth_methods"
    )


def test_review_url_contains_only_a_key(editor):
    response = submit_settings(
        editor, client_name="Till", redirect_uris__item=["https://till.example/cb"]
    )

    path, _, key = response.url.partition("?new=")
    assert path == "/acme/services/us/17/clients/create/"
    assert len(key) == 24


@pytest.mark.parametrize(
    ("start", "entered", "says"),
    [
        ("spa", {"client_name": "Till"}, "the client has no redirect URI"),
        ("spa", {"redirect_uris__item": ["https://till.example/cb"]}, "Enter a name."),
        ("spa", {"client_name": "T", "redirect_uris__item": ["https://till.example/#a"]}, "#"),
        (
            "fapi2",
            {"client_name": "T", "redirect_uris__item": ["https://till.example/cb"]},
            "no public key to authenticate",
        ),
        ("machine", {"client_name": "T", "token_auth_method": "NONE"}, "anyone who knows"),
        (
            "ciba",
            {"client_name": "T", "bc_delivery_mode": "PING", "jwks_uri": "https://t.example/jwks"},
            "Enter it, or use poll",
        ),
    ],
)
def test_missing_values_are_errors_at_the_field(editor, start, entered, says):
    response = submit_settings(editor, start, **entered)

    assert response.status_code == 200
    assertContains(response, says)
    assertContains(response, "field-error")


def test_private_key_is_refused(editor):
    private = json.dumps({"keys": [KEY | {"d": "c3VwZXJwcml2YXRl"}]})
    response = submit_settings(editor, "machine", client_name="T", jwks=private)

    assert response.status_code == 200
    assertContains(response, "field-error")
    assertNotContains(response, "c3VwZXJwcml2YXRl")


def test_input_is_filled_in_again(editor):
    key = submit_settings(
        editor, client_name="Till", redirect_uris__item=["https://till.example/cb"]
    ).url.partition("=")[2]

    response = editor.get(URL, {"new": key})

    assertContains(response, 'value="Till"')
    assertContains(response, "https://till.example/cb")


def test_clients_of_all_services_can_be_copied(editor, sandbox, acme):
    sandbox.clients[1001] = {"clientId": 1001, "clientName": "Shop app"}
    sandbox.clients[1002] = {"clientId": 1002, "clientName": "Night batch"}
    KnownService.objects.create(
        organization=acme, region="us", service_id=18, name="Depot", seen_at="2026-01-01T00:00Z"
    )

    response = editor.get(URL, {"from": "us/17", "q": "shop"})

    assertContains(response, "?original=us/17/1001")
    assertNotContains(response, "us/17/1002")
    assertContains(response, "Depot, us")


def test_values_left_out_of_a_copy_are_named(editor, sandbox):
    sandbox.clients[1001] = {
        "clientId": 1001,
        "clientName": "Shop app",
        "clientIdAlias": "shop",
        "redirectUris": ["https://shop.example/cb"],
        "locked": True,
    }

    response = editor.get(URL, {"original": "us/17/1001"})

    assertContains(response, "Copy Shop app")
    assertContains(response, "Client ID alias")
    assertContains(response, "https://shop.example/cb")
    assertContains(response, "both clients share these URLs and keys")


def test_target_service_can_be_chosen(editor, sandbox, acme):
    Credential(organization=acme, region="eu").set_token(SecretStr("t0p")).save()
    KnownService.objects.create(
        organization=acme, region="eu", service_id=18, name="Depot", seen_at="2026-01-01T00:00Z"
    )
    place = {"original": "us/17/44"}

    page = editor.get(URL, place)
    response = editor.get(URL, place | {"into": "eu/18"})

    assertContains(page, "Depot, eu")
    assert response.url == "/acme/services/eu/18/clients/new/?original=us%2F17%2F44"


@pytest.mark.parametrize("into", ["mars/18", "jp/18", "//evil.example", "eu/x"])
def test_redirect_stays_in_the_console(editor, into):
    response = editor.get(URL, {"original": "us/17/44", "into": into})

    assertContains(response, "Copy Ledger sync")


@pytest.mark.parametrize(
    "query", ["?start=nothing", "?original=us/17", "?original=us/17/x", "?new=gone"]
)
def test_unknown_preset_shows_the_choice(editor, query):
    assertContains(editor.get(URL + query), "Application type")


@pytest.mark.parametrize("original", ["us/17/404", "mars/17/1", "jp/17/1"])
def test_unknown_original_is_an_error(editor, original):
    response = editor.get(URL, {"original": original})

    assert response.status_code in (404, 403, 401, 502)


def test_added_row_appears_once_without_script(editor):
    url = f"{URL}?start=spa"
    body = fill_form(editor.get(url), "base", client_name="Till") + "&add=redirect_uris"

    response = editor.post(url, body, content_type=URLENCODED)

    assertContains(response, 'value="Till"')
    assert response.content.decode().count('name="redirect_uris.item"') == 2


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, sandbox, role):
    assert member(role).get(URL).status_code == 403

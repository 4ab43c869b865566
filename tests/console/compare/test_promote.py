"""Carry settings of one object to another, as a draft."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/promote/"
WAY = {"from": "us/17", "to": "eu/18"}
REVIEW = "/acme/services/eu/18/review/"


@pytest.fixture
def read_staging(sandbox):
    """Return a function that returns the staging service as Authlete has it now."""
    return lambda: sandbox.region("eu").services[18]


@pytest.fixture
def editor(member, twins):
    return member(Role.EDITOR)


def path(**query):
    members = "".join(f"&member={name}" for name in query.pop("member", ()))
    pairs = WAY | query
    return URL + "?" + "&".join(f"{name}={value}" for name, value in pairs.items()) + members


def promote(editor, url, **entered):
    body = fill_form(editor.get(url), "csrfmiddlewaretoken", **entered)
    return editor.post(url, body, content_type=URLENCODED)


def save_draft(editor, review):
    body = fill_form(editor.get(review), "reviewed", reason="Like production")
    return editor.post(REVIEW, body, content_type=URLENCODED)


def test_chosen_settings_become_a_draft_and_are_saved(editor, twins, read_staging):
    twins[0].update({"accessTokenDuration": 300, "pkceRequired": False})

    response = promote(editor, path(member=["accessTokenDuration"]))

    assert response["Location"].startswith(f"{REVIEW}?reason=Promote+settings+of+Shop")
    assert read_staging()["accessTokenDuration"] == 600
    save_draft(editor, response["Location"])
    assert read_staging()["accessTokenDuration"] == 300
    assert read_staging()["pkceRequired"] is True
    assert read_staging()["issuer"] == "https://staging.example"
    page = editor.get("/acme/compare/", {"a": "us/17", "b": "eu/18"})
    members = [row.member for part in page.context["table"].sections for row in part.rows]
    assert "pkceRequired" in members
    assert "accessTokenDuration" not in members


def test_all_differences_exclude_what_is_never_carried(editor, twins):
    twins[0].update({"accessTokenDuration": 300, "jwks": '{"keys":[]}'})

    page = editor.get(path(whole=1))

    assert [item.member for item in page.context["plan"].settings] == ["accessTokenDuration"]
    assert [item.member for item in page.context["plan"].set_anew] == ["jwks"]
    assertContains(page, "set it anew in the target")


def test_settings_to_set_anew_are_listed_on_the_review(editor, twins):
    twins[0].update({"accessTokenDuration": 300, "jwks": '{"keys":[]}'})

    response = promote(editor, path(whole=1))

    assertContains(editor.get(response["Location"]), "Still to set in the target: JWK Set")


def test_url_below_the_issuer_is_mapped_and_can_be_edited(editor, twins, read_staging):
    twins[0]["revocationEndpoint"] = "https://shop.example/revoke"
    url = path(member=["revocationEndpoint"])
    assertContains(editor.get(url), 'value="https://staging.example/revoke"')

    invalid = promote(editor, url, **{"value-revocationEndpoint": "not a URL"})
    assert invalid.status_code == 422

    response = promote(editor, url, **{"value-revocationEndpoint": "https://staging.example/r"})
    save_draft(editor, response["Location"])
    assert read_staging()["revocationEndpoint"] == "https://staging.example/r"


def test_key_id_is_mapped_to_the_targets_key(editor, twins):
    for service, kid in zip(twins, ("prod-1", "staging-1"), strict=True):
        key = f'{{"kty":"RSA","alg":"RS256","use":"sig","kid":"{kid}","n":"AQAB","e":"AQAB"}}'
        service["jwks"] = f'{{"keys":[{key}]}}'
    twins[0]["idTokenSignatureKeyId"] = "prod-1"

    page = editor.get(path(member=["idTokenSignatureKeyId"]))

    assertContains(page, 'value="staging-1"')


@pytest.mark.parametrize("setting", ["apiSecret", "issuer", "apiKey"])
def test_own_settings_and_secrets_are_never_carried(editor, twins, setting):
    page = editor.get(path(member=[setting]))

    assertContains(page, "Not carried over")
    assertContains(page, "Nothing to promote")
    assertNotContains(page, twins[0]["apiSecret"])


def test_version_is_promoted_to_another_service(editor, twins, read_staging):
    twins[0]["accessTokenDuration"] = 300
    editor.get("/acme/services/us/17/")
    moment = "2100-01-01"

    response = promote(editor, path(whole=1, **{"from": f"us/17@{moment}"}))

    save_draft(editor, response["Location"])
    assert read_staging()["accessTokenDuration"] == 300


def test_clients_are_promoted(editor, sandbox):
    sandbox.clients[44] = make_client(44, parRequired=True)
    sandbox.clients[45] = make_client(45, redirectUris=["https://app2.example.com/callback"])

    url = f"{URL}?from=us/17/44&to=us/17/45&whole=1"
    response = promote(editor, url)

    assert response["Location"].startswith("/acme/services/us/17/clients/45/review/")


@pytest.mark.parametrize(
    "query",
    [
        {"to": "eu/18@2026-01-01"},
        {"to": "us/17"},
        {"to": "eu/99"},
        {"from": ""},
        {"to": "us/17/44"},
    ],
)
def test_invalid_target_is_not_found(editor, sandbox, query):
    sandbox.clients[44] = make_client(44)

    assert editor.get(path(**query)).status_code == 404


def test_target_in_a_region_that_is_down_is_not_changed(editor, sandbox):
    editor.get("/acme/compare/", {"a": "us/17", "b": "eu/18"})
    sandbox.fault("status", region="eu", status=503)

    assert editor.get(path(whole=1)).status_code == 502


def test_viewer_cannot_promote(member, twins):
    assert member(Role.VIEWER).get(path(whole=1)).status_code == 403
    assert not AuditEntry.objects.filter(operation="service.update").exists()

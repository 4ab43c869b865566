import json

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role

URL = "/acme/services/us/17/"
KEY = {"kty": "EC", "crv": "P-256", "kid": "sig-1", "use": "sig", "x": "AA", "y": "AA"}


def test_sections_count_customized_settings(member, sandbox):
    sandbox.services[17] |= {"accessTokenDuration": 60, "refreshTokenDuration": 864000}

    rows = {r.slug: r for r in member(Role.VIEWER).get(URL).context["sections"]}

    assert rows["tokens"].set == 1
    assert sum(row.settings for row in rows.values()) == 183


def test_page_makes_a_single_call(member, sandbox):
    member(Role.VIEWER).get(URL)

    assert [entry.operation for entry in AuditEntry.objects.all()] == ["service.get"]


def test_keys_are_shown_with_their_uses_and_no_private_part(member, sandbox):
    key = KEY | {"d": "pr1vate-part"}
    sandbox.services[17] |= {"jwks": json.dumps({"keys": [key]}), "idTokenSignatureKeyId": "sig-1"}

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "EC P-256")
    (found,) = response.context["keys"]
    assert (found.is_private, len(found.used_by)) == (True, 1)
    assertNotContains(response, "pr1vate-part")


@pytest.mark.parametrize("jwks", ["", "no JSON", "[]", "{}", '{"keys":7}', None])
def test_invalid_key_sets_are_shown_as_empty(member, sandbox, jwks):
    sandbox.services[17]["jwks"] = jwks

    assertContains(member(Role.VIEWER).get(URL), "No keys")


def test_unknown_fields_are_mentioned(member, sandbox):
    assertContains(member(Role.VIEWER).get(URL), "Unknown fields")


def test_recent_changes_are_listed(editor, submit_settings, save):
    submit_settings(editor, access_token_duration=2)
    save(editor, ticket="CHG-9")

    assertContains(editor.get(URL), "CHG-9")


@pytest.mark.parametrize(
    "url",
    [
        "/acme/services/us/18/",
        "/acme/services/jp/17/",
        "/acme/services/mars/17/",
        "/acme/services/us/0/",
        "/acme/services/us/99999999999999999999/",
        "/other/services/us/17/",
    ],
)
def test_unknown_service_is_not_found(member, sandbox, url):
    assert member(Role.VIEWER).get(url).status_code in (403, 404)


def test_sections_link_viewers_to_read_and_editors_to_edit(member, sandbox):
    assertContains(member(Role.VIEWER).get(URL), "/fields/#tokens")
    assertContains(member(Role.EDITOR).get(URL), "/edit/tokens/")

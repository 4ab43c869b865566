import json

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.markup import compact

URL = "/acme/services/us/17/clients/44/"


def test_page_makes_a_single_call_and_counts_customized_settings(member, ledger):
    rows = {r.slug: r for r in member(Role.VIEWER).get(URL).context["sections"]}

    assert rows["redirects"].set > 0
    assert sum(row.settings for row in rows.values()) == 104
    assert [entry.operation for entry in AuditEntry.objects.all()] == ["client.get"]


def test_name_alias_and_type_are_shown(member, ledger):
    response = member(Role.VIEWER).get(URL)

    for words in ("Ledger sync", "ledger", "confidential", "static registration"):
        assertContains(response, words)
    assertContains(response, "https://ledger.example/done")


def test_lock_and_source_are_shown(member, ledger):
    ledger |= {"locked": True, "clientSource": "DYNAMIC_REGISTRATION"}

    response = member(Role.VIEWER).get(URL)

    assertContains(response, '<span class="badge bad">locked</span>')
    assertContains(response, "dynamic registration")
    assertContains(response, "may be overwritten")


@pytest.mark.parametrize(
    ("extension", "words"),
    [
        (None, "Any scope of the service"),
        ({"requestableScopesEnabled": True}, "None"),
        ({"requestableScopesEnabled": True, "requestableScopes": ["a", "b"]}, "a, b"),
        (
            {"requestableScopesEnabled": True, "requestableScopes": list("abcdefghij")},
            "a, b, c, d, e, f, g, h and 2 more",
        ),
    ],
)
def test_requestable_scopes_are_shown(member, ledger, extension, words):
    ledger["extension"] = extension

    assertContains(member(Role.VIEWER).get(URL), words)


def test_configuration_warnings_link_their_setting(member, ledger):
    ledger["tokenAuthMethod"] = "PRIVATE_KEY_JWT"

    response = member(Role.EDITOR).get(URL)

    assertContains(response, "/edit/keys/#field-jwks")
    assertContains(response, "Token requests fail")


def test_no_secret_is_shown(member, ledger):
    ledger["jwks"] = json.dumps({"keys": [{"kty": "EC", "d": "pr1vate-part"}]})
    ledger["registrationAccessTokenHash"] = "h4sh-of-a-token"

    response = member(Role.ADMIN).get(URL)

    for secret in ("s3cret-of-the-ledger", "pr1vate-part", "h4sh-of-a-token"):
        assertNotContains(response, secret)


def test_sections_link_viewers_to_read_and_editors_to_edit(member, ledger):
    assertContains(member(Role.VIEWER).get(URL), "/fields/#basics")
    assertContains(member(Role.EDITOR).get(URL), "/edit/basics/")


@pytest.mark.parametrize(
    "url",
    [
        URL.replace("44", "45"),
        URL.replace("17", "18"),
        URL.replace("us", "jp"),
        URL.replace("44", "99999999999999999999"),
        URL.replace("acme", "other"),
    ],
)
def test_other_client_is_not_found(member, ledger, url):
    assert member(Role.VIEWER).get(url).status_code in (403, 404)


def test_client_with_ids_only_is_shown(member, ledger, sandbox):
    sandbox.clients[44] = {"clientId": 44, "modifiedAt": 1}

    assertContains(member(Role.VIEWER).get(URL), "44")


def test_many_redirect_uris_are_truncated_with_a_link(member, ledger):
    ledger["redirectUris"] = [f"https://app.example/{n}" for n in range(120)]

    response = member(Role.VIEWER).get(URL)

    assert "https://app.example/9<" in compact(response)
    assert "https://app.example/10<" not in compact(response)
    assertContains(response, "All 120")

import json

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.markup import compact

URL = "/acme/services/us/17/clients/44/"


def test_makes_a_single_call_and_counts_what_is_set(member, ledger):
    rows = {r.slug: r for r in member(Role.VIEWER).get(URL).context["sections"]}

    assert rows["redirects"].set > 0
    assert sum(row.settings for row in rows.values()) == 104
    assert [entry.operation for entry in AuditEntry.objects.all()] == ["client.get"]


def test_says_what_it_is(member, ledger):
    response = member(Role.VIEWER).get(URL)

    for words in ("Ledger sync", "ledger", "confidential", "manual registration"):
        assertContains(response, words)
    assertContains(response, "https://ledger.example/done")


def test_tells_what_is_locked_and_where_it_came_from(member, ledger):
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
def test_tells_which_scopes_it_may_ask_for(member, ledger, extension, words):
    ledger["extension"] = extension

    assertContains(member(Role.VIEWER).get(URL), words)


def test_links_what_does_not_go_together_to_its_setting(member, ledger):
    ledger["tokenAuthMethod"] = "PRIVATE_KEY_JWT"

    response = member(Role.EDITOR).get(URL)

    assertContains(response, "/edit/keys/#field-jwks")
    assertContains(response, "Token requests fail")


def test_shows_no_secret(member, ledger):
    ledger["jwks"] = json.dumps({"keys": [{"kty": "EC", "d": "pr1vate-part"}]})
    ledger["registrationAccessTokenHash"] = "h4sh-of-a-token"

    response = member(Role.ADMIN).get(URL)

    for secret in ("s3cret-of-the-ledger", "pr1vate-part", "h4sh-of-a-token"):
        assertNotContains(response, secret)


def test_sends_viewers_to_read_and_editors_to_edit(member, ledger):
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
def test_is_not_there_for_another_client(member, ledger, url):
    assert member(Role.VIEWER).get(url).status_code in (403, 404)


def test_stands_a_client_of_which_nothing_is_told(member, ledger, sandbox):
    sandbox.clients[44] = {"clientId": 44, "modifiedAt": 1}

    assertContains(member(Role.VIEWER).get(URL), "44")


def test_names_some_of_many_redirect_uris_and_leads_to_all(member, ledger):
    ledger["redirectUris"] = [f"https://app.example/{n}" for n in range(120)]

    response = member(Role.VIEWER).get(URL)

    assert "https://app.example/9<" in compact(response)
    assert "https://app.example/10<" not in compact(response)
    assertContains(response, "All 120")

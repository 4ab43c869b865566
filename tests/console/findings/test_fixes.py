"""Fixing findings: a draft for one object, a bulk preview for all clients of a rule."""

from datetime import UTC, datetime

from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.models import Finding
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form

SERVICE, CLIENT = "rfc9700.pkce", "fapi2.sender-constrained-tokens"
FORM = f"/acme/services/us/17/edit/authorization/?fix={SERVICE}"


def add_finding(organization, rule, client_id=0):
    return Finding.objects.create(
        organization=organization,
        region="us",
        service_id=17,
        client_id=client_id,
        rule=rule,
        name=f"App {client_id}",
        since=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_finding_links_the_form_that_fixes_it(member, sandbox, acme):
    add_finding(acme, SERVICE)
    url = f"/acme/findings/{SERVICE}/"

    assertContains(member(Role.EDITOR).get(url), FORM)
    assertNotContains(member(Role.VIEWER).get(url), "?fix=")


def test_fix_proposes_values_and_saves_nothing(member, sandbox):
    browser = member(Role.EDITOR)

    page = browser.get(FORM)
    response = browser.post(FORM, fill_form(page, "base"), content_type=URLENCODED)

    assertContains(page, "Proposed fix: PKCE not required")
    assertRedirects(response, "/acme/services/us/17/review/", fetch_redirect_response=False)
    review = browser.get(response["Location"])
    assertContains(review, "pkce<wbr>Required")
    assertContains(review, "pkce<wbr>S256<wbr>Required")
    assert "pkceRequired" not in sandbox.services[17]


def test_rule_of_another_kind_fixes_nothing(member, sandbox):
    page = member(Role.EDITOR).get(f"/acme/services/us/17/edit/authorization/?fix={CLIENT}")

    assertNotContains(page, "Proposed fix")


def test_all_clients_of_a_rule_are_previewed(member, sandbox, acme):
    for client_id in (44, 45):
        sandbox.clients[client_id] = {"clientId": client_id, "clientName": "Till"}
        add_finding(acme, CLIENT, client_id)
    browser = member(Role.EDITOR)
    assertContains(browser.get(f"/acme/findings/{CLIENT}/"), "Preview fix of all 2")

    response = browser.post("/acme/clients/bulk/", {"fix": CLIENT})

    preview = browser.get(response["Location"])
    assert response["Location"].endswith("/preview/")
    assertContains(preview, "DPoP")
    assert not any(client.get("dpopRequired") for client in sandbox.clients.values())

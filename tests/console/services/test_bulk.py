"""Bulk changes of services: from the list to the job and its audit entries."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.inventory.index import index_clients
from console.models import Finding, KnownService
from console.services.bulk.kind import SERVICE_BULK
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.client import Client
from tenants.jobs.models import Item, ItemState, Job
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/bulk/"


@pytest.fixture
def services(acme, sandbox):
    """Three services in one region."""
    for number, name in ((18, "Payments"), (19, "Loyalty")):
        sandbox.region("us").services[number] = {
            "apiKey": number,
            "serviceName": name,
            "modifiedAt": 1,
            "pkceRequired": False,
        }
    return sandbox.region("us").services


def choose(browser, *numbers):
    response = browser.post(URL, {"object": [f"us/{number}" for number in numbers]})
    return response["Location"]


def preview(browser, path, setting, **entered):
    """Enter a value, and return the path of the preview."""
    path = f"{path}set/{setting}/"
    body = fill_form(browser.get(path), "base", **entered)
    return browser.post(path, body, content_type=URLENCODED)["Location"]


def lines(response):
    return {line.row.service_id: line.row for line in response.context["list_page"].rows}


def confirm(browser, path):
    body = fill_form(browser.get(path), "reviewed", reason="New baseline", ticket="SEC-7")
    return browser.post(path, body, content_type=URLENCODED)


def test_list_offers_bulk_changes_to_editors(member, services):
    assertContains(member(Role.EDITOR).get("/acme/services/"), "Change all 3 matching")
    viewer = member(Role.VIEWER).get("/acme/services/")
    assertNotContains(viewer, "Change selected")
    assertContains(viewer, "Compare selected")


def test_selected_services_are_compared(member, services):
    response = member(Role.EDITOR).post("/acme/compare/", {"object": ["us/17", "us/18"]})

    assertRedirects(response, "/acme/compare/?a=us/17&b=us/18", fetch_redirect_response=False)


def test_all_matching_services_are_selected(member, services):
    sent = {"all": "yes", "query": "q=serviceName%3AP*", "shown": "1"}
    browser = member(Role.EDITOR)

    page = browser.get(browser.post(URL, sent)["Location"])

    assertContains(page, "1 selected")
    assertContains(page, "Payments")
    assertNotContains(page, "Loyalty")


def test_clients_are_no_services(member, services):
    response = member(Role.EDITOR).post(URL, {"object": ["us/17/44", "nonsense"]})

    assertContains(response, "Nothing selected")


def test_selection_of_services_is_none_of_clients(member, services):
    browser = member(Role.EDITOR)
    path = choose(browser, 18)

    assertContains(browser.get(path.replace("services", "clients"), follow=True), "expired")


@pytest.mark.parametrize("most", [50, 0], ids=["one by one", "with their lists"])
def test_job_changes_what_was_previewed(member, services, worker, monkeypatch, most):
    monkeypatch.setattr("console.bulk.documents.MAX_SINGLE_READS", most)
    services[19]["parRequired"] = True
    services[18]["fromTheFuture"] = {"kept": True}
    browser = member(Role.EDITOR)
    path = preview(browser, choose(browser, 18, 19), "parRequired", par_required__on="on")

    page = browser.get(path)
    statuses = {number: row.status for number, row in lines(page).items()}
    assert statuses == {18: "change", 19: "same"}
    assertContains(page, "of 1 service")
    assert "parRequired" not in services[18]

    confirm(browser, path)
    worker()

    assert Job.objects.get().kind == "service.set"
    assert Item.objects.get().state == ItemState.SUCCEEDED
    assert services[18]["parRequired"] is True
    assert services[18]["fromTheFuture"] == {"kept": True}
    (entry,) = AuditEntry.objects.filter(operation="service.update")
    assert (entry.service, entry.reason, entry.ticket) == ("18", "New baseline", "SEC-7")
    assert (entry.label, entry.effect) == ("Payments", "change")


def test_service_changed_since_the_preview_is_skipped(member, services, worker):
    services[18]["accessTokenDuration"] = 600
    browser = member(Role.EDITOR)
    path = preview(browser, choose(browser, 18), "accessTokenDuration", access_token_duration="60")
    confirm(browser, path)
    services[18]["accessTokenDuration"] = 300
    worker()

    assert Item.objects.get().state == ItemState.NOT_SENT
    assert services[18]["accessTokenDuration"] == 300


def test_preview_names_the_clients_that_break(member, acme, services):
    browser = member(Role.EDITOR)
    browser.get("/acme/services/")  # indexes the services
    client = {"clientId": 44, "clientName": "Till", "grantTypes": ["PASSWORD"], "createdAt": 1}
    index_clients(acme, "us", 18, [Client.model_validate(client)])
    KnownService.objects.filter(service_id=18).update(clients_at="2026-01-01T00:00Z")
    for number in (18, 19):
        services[number]["supportedGrantTypes"] = ["PASSWORD", "AUTHORIZATION_CODE"]
    path = preview(
        browser,
        choose(browser, 18, 19),
        "supportedGrantTypes",
        supported_grant_types__own="exactly",
        supported_grant_types__pick="PASSWORD",
        mode="remove",
    )

    page = browser.get(path)

    rows = lines(page)
    assert (rows[18].affected, rows[19].affected) == (1, None)
    assert list(rows[18].details) == ["Breaks 1 client: Till."]
    assert any("never read" in note for note in rows[19].notes)
    assertContains(page, "At least 1 client is affected.")
    assertContains(page, "1 of 2")
    exported = browser.get(f"{path}?download=csv").getvalue().decode()
    assert exported.partition("\r\n")[0].endswith("affected_clients")


@pytest.mark.parametrize("setting", ["issuer", "jwks", "apiSecret", "apiKey"])
def test_settings_of_one_service_are_not_offered(setting):
    assert setting not in SERVICE_BULK.settings


def test_all_services_of_a_rule_are_previewed(member, acme, services):
    rule = next(iter(SERVICE_BULK.fixable_rules))
    for number in (18, 19):
        Finding.objects.create(
            organization=acme, region="us", service_id=number, rule=rule, since="2026-03-01T00:00Z"
        )
    browser = member(Role.EDITOR)
    assertContains(browser.get(f"/acme/findings/{rule}/"), "Preview fix of all 2")

    response = browser.post(URL, {"fix": rule})

    assert response["Location"].endswith("/preview/")
    assert set(lines(browser.get(response["Location"]))) == {18, 19}

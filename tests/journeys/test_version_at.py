"""An auditor compares a service with the day of an incident (U5)."""

from datetime import timedelta

from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tenants.sandbox.state import now_milliseconds as sandbox_now
from tests.support.backdating import backdate_versions
from tests.support.input_devices import Mouse
from tests.support.scene import Scene


def test_version_shows_past_values_and_differences(
    open_page, sandbox, person, live_server, assert_budget
):
    scene = Scene(open_page(), sandbox, person, live_server.url)
    scene.sign_in_as(Role.EDITOR)
    scene.save_change(seconds=2700)
    now = backdate_versions(48, 1)
    scene.sign_in_as(Role.AUDITOR)
    page = scene.page
    page.goto("/harbor/services/")  # fills the index that is searched
    page.goto("/harbor/")
    hand = Mouse(page)

    hand.search("Payments")
    day = (now - timedelta(hours=24)).strftime("%Y-%m-%dT%H:%M:%S")
    hand.submit(page.get_by_label("Version at"), day)

    expect(page.get_by_text("Last known version")).to_be_visible()
    differs = page.get_by_role("region", name="1 difference")
    expect(differs).to_contain_text("Access token duration")
    expect(differs).to_contain_text("to 45 minutes")
    findings = page.get_by_role("region", name="Configuration warnings")
    expect(findings).to_contain_text("Clients can request authorization codes")
    assert_budget("U5", hand)


def test_version_of_a_client_shows_past_values(
    open_page, sandbox, person, live_server, assert_budget
):
    scene = Scene(open_page(), sandbox, person, live_server.url)
    scene.sign_in_as(Role.EDITOR)
    clients = sandbox.region("us").clients[scene.path_params["service_id"]]
    client = clients[scene.path_params["client_id"]]
    client["pkceRequired"] = False
    scene.client.get(scene.path("clients:show"))
    client |= {"pkceRequired": True, "modifiedAt": sandbox_now()}
    scene.client.get(scene.path("clients:show"))
    scene.client.get(scene.path("clients:service_clients"))
    now = backdate_versions(48, 1)
    scene.sign_in_as(Role.AUDITOR)
    page = scene.page
    page.goto("/harbor/")
    hand = Mouse(page)

    hand.follow_link(page.get_by_label("Main").get_by_role("link", name="Clients"))
    hand.submit(page.get_by_role("main").get_by_role("searchbox"), client["clientName"])
    hand.follow_link(page.get_by_role("link", name=client["clientName"]).first)
    day = (now - timedelta(hours=24)).strftime("%Y-%m-%dT%H:%M:%S")
    hand.submit(page.get_by_label("Version at"), day)

    expect(page.get_by_text("Last known version")).to_be_visible()
    differs = page.get_by_role("region", name="1 difference")
    expect(differs).to_contain_text("Require PKCE")
    findings = page.get_by_role("region", name="Configuration warnings")
    expect(findings).to_be_visible()
    assert_budget("U5", hand)

"""A help desk finds a user (H1 and H5)."""

import logging
import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tests.support.input_devices import Mouse
from tests.support.journeys import SUBJECT, look_up_user, region_panel
from tests.support.scene import PASSWORD
from tests.support.secret_scanner import dump_database


@pytest.fixture
def nia(person):
    return person(Role.HELP_DESK, "Nia Okafor")


@pytest.fixture
def home(open_signed_in, nia):
    page = open_signed_in(nia)
    expect(page.get_by_role("searchbox", name="Subject identifier")).to_be_focused()
    return page


def at_once(page):
    """What all regions told, above the first of them."""
    return page.get_by_role("list", name="Regions")


def test_connected_apps_are_listed(home, input_device, sandbox, assert_budget):
    sandbox.fault("down", region="jp")
    input_device = input_device(home)

    look_up_user(input_device, home)

    expect(region_panel(home, "Japan")).to_contain_text("was not checked")
    for title in ("United States", "Europe", "Brazil"):
        expect(region_panel(home, title)).to_contain_text("checked")
        expect(region_panel(home, title).get_by_role("rowheader").first).to_be_visible()
    expect(region_panel(home, "United States")).to_contain_text("Harbor app")
    expect(region_panel(home, "United States")).to_contain_text("active")
    expect(at_once(home)).to_contain_text("JP not checked", ignore_case=True)
    expect(at_once(home)).to_contain_text(re.compile(r"br\s+[1-9]\d* apps"))
    expect(home.get_by_text("checking")).to_have_count(0)
    assert_budget("H1", input_device)
    assert SUBJECT not in home.url + home.title()


def test_unreachable_region_does_not_delay_others(home, sandbox):
    sandbox.fault("down", region="jp")

    look_up_user(Mouse(home), home)

    expect(region_panel(home, "Japan")).to_contain_text("was not checked")
    expect(region_panel(home, "Japan")).not_to_contain_text("No app")
    expect(region_panel(home, "Europe").get_by_role("rowheader").first).to_be_visible()

    sandbox.faults.clear()
    home.get_by_role("link", name="Refresh JP").click()
    expect(region_panel(home, "Japan").get_by_role("rowheader").first).to_be_visible()


def test_slow_region_does_not_hide_others(home):
    routes: list[Route] = []
    home.route(re.compile("/regions/eu/"), lambda route: routes.append(route))

    look_up_user(Mouse(home), home)

    expect(region_panel(home, "Brazil").get_by_role("rowheader").first).to_be_visible()
    expect(region_panel(home, "Europe")).to_contain_text("checking")
    routes[0].continue_()
    expect(region_panel(home, "Europe").get_by_role("rowheader").first).to_be_visible()


def test_console_failure_is_not_shown_as_no_apps(home, browser_log):
    browser_log.allow("ERR_FAILED|htmx:(afterRequest|sendError)")
    home.route(re.compile("/regions/jp/"), lambda route: route.abort())

    look_up_user(Mouse(home), home)

    expect(home.get_by_text("Japan was not checked")).to_be_visible()
    expect(at_once(home)).to_contain_text("JP not checked", ignore_case=True)
    expect(home.get_by_text("checking")).to_have_count(0)
    expect(region_panel(home, "Brazil").get_by_role("rowheader").first).to_be_visible()


def test_works_without_javascript(open_page, nia, sandbox):
    sandbox.fault("down", region="jp")
    page = open_page(java_script_enabled=False)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(nia.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    look_up_user(Mouse(page), page)

    expect(region_panel(page, "Brazil").get_by_role("rowheader").first).to_be_visible()
    expect(region_panel(page, "Japan")).to_contain_text("was not checked")


@pytest.fixture
def revoked(harbor, find_service_id, sandbox):
    """A colleague has revoked an app of theirs, for a ticket."""
    actor = Actor(7, "bo@harbor.example", "help desk", harbor.pk, harbor.slug, "a page")
    service, log = find_service_id("us", "Payments"), AuditLogSink(actor, "Lost phone", "INC-4411")
    tokens = sandbox.region("us").tokens[service]
    client = next(token.client_id for token in tokens if token.subject == SUBJECT)
    grants = connect(load_credentials(harbor), "us", log).service(service).grants
    grants.revoke_authorization(client, SUBJECT, label="Harbor app")
    return client


def test_earlier_revocation_is_shown(home, input_device, revoked):
    input_device = input_device(home)

    look_up_user(input_device, home)

    past = region_panel(home, "Earlier actions")
    for text in ("INC-4411", "Lost phone", "bo@harbor.example", "Harbor app", "succeeded"):
        expect(past).to_contain_text(text)
    expect(home.get_by_text("checking")).to_have_count(0)


def test_user_is_named_only_in_pages_and_audit_log(home, caplog, capfd):
    """In no address, referrer, header, title, log or session, and nowhere at rest."""
    caplog.set_level(logging.DEBUG)
    requests, titles = [], []
    home.on("request", lambda event: requests.append(f"{event.url} {event.headers}"))
    home.on("response", lambda event: requests.append(str(event.headers)))

    hand = Mouse(home)
    look_up_user(hand, home)
    titles.append(home.title())
    expect(home.get_by_text("checking")).to_have_count(0)
    hand.follow_link(home.get_by_role("link", name="Refresh US"))
    home.get_by_role("link", name="Export").click()
    home.get_by_label("Reason").fill("Asked for it by letter")
    titles.append(home.title())
    with home.expect_download() as file:
        home.get_by_role("button", name="Download").click()
    home.goto("/harbor/jobs/")
    titles.append(home.title())

    assert SUBJECT in Path(file.value.path()).read_text()
    assert len(requests) > 10
    assert SUBJECT not in " ".join([*requests, *titles, file.value.suggested_filename])
    logged = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert SUBJECT not in logged + "".join(capfd.readouterr())
    holding = {table for table, text in dump_database() if SUBJECT in text} - {"file"}
    assert holding == {"audit_auditentry", "audit_auditrecord"}
    state = home.evaluate("[{...localStorage}, {...sessionStorage}, document.cookie]")
    assert SUBJECT not in str(state)

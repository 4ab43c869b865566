"""The charts on the home page."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.inventory.statistics import LATENCY_BOUNDS_MS
from console.models import CallCount, InventoryCount
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.inventory import add_known_service
from tests.support.keys import certificate

URL = "/acme/"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def add_counts(organization, region="us", day=TODAY, calls=200, checked=3, at_risk=1):
    row = {"organization": organization, "region": region, "day": day, "counted_at": NOW}
    latencies = [0] * (len(LATENCY_BOUNDS_MS) + 1)
    latencies[4] = calls
    CallCount.objects.create(
        calls=calls, failed=5, changes={"done": 7, "refused": 2}, latencies=latencies, **row
    )
    InventoryCount.objects.create(
        checked=checked,
        at_risk=at_risk,
        grants={"CIBA": 12},
        auth_methods={"PRIVATE_KEY_JWT": 34},
        secret_ages=[1, 0, 0, 0, 2, 0],
        **row,
    )


def test_score_is_the_share_without_high_findings(member, acme, sandbox):
    add_counts(acme, at_risk=1)
    add_counts(acme, day=TODAY - timedelta(days=1), at_risk=2)

    page = member(Role.VIEWER).get(URL)

    assertContains(page, '<p class="score">66%</p>', html=True)
    assertContains(page, "1 of 3 services and clients have an open high finding.")
    assertContains(page, "<title>23 Nov 2026: 33%</title>", html=True)


def test_auditor_opens_the_entries_behind_the_numbers(member, acme, sandbox):
    add_counts(acme)
    browser = member(Role.AUDITOR)

    page = browser.get(URL)

    path = "/acme/audit/?effect=change&effect=destroy&outcome=refused&since=2026-10-26"
    assertContains(page, path.replace("&", "&amp;"))
    failed = "/acme/audit/?region=us&reads=1&outcome=refused"
    assertContains(page, failed.replace("&", "&amp;"))
    assertContains(browser.get(path), "effect:change,destroy outcome:refused after:2026-10-26")


def test_viewer_sees_numbers_without_links_to_the_audit_log(member, acme, sandbox):
    add_counts(acme)

    page = member(Role.VIEWER).get(URL)

    assertContains(page, "2.5%")
    assertContains(page, "40 ms")
    assertNotContains(page, "/audit/?")


def test_help_desk_sees_no_charts(member, acme, sandbox):
    add_counts(acme)

    assertNotContains(member(Role.HELP_DESK).get(URL), "Posture score")


def test_numbers_of_other_organizations_are_left_out(member, acme, sandbox):
    globex = Organization.objects.create(slug="globex", name="Globex")
    add_counts(globex, checked=987)

    page = member(Role.VIEWER).get(URL)

    assertContains(page, "No service or client has been checked yet.")
    assertNotContains(page, "987")
    assertContains(page, "Not counted yet.")


def test_regions_without_a_credential_are_left_out(member, acme, sandbox):
    add_counts(acme, region="eu", checked=987)

    assertNotContains(member(Role.VIEWER).get(URL), "987")


def test_expirations_are_counted_per_week(member, acme, sandbox):
    for number, days in enumerate((-1, 1, 2, 8)):
        certificate(acme, NOW + timedelta(days=days), f"ab{number}")

    page = member(Role.VIEWER).get(URL)

    assertContains(page, "<title>Expired: Expired 1</title>", html=True)
    assertContains(page, "<title>Week from 24 Nov 2026: Expiring 2</title>", html=True)
    assertContains(page, "<title>Week from 1 Dec 2026: Expiring 1</title>", html=True)


def test_charts_say_how_much_has_been_synced(member, acme, sandbox):
    add_known_service(acme, "us", 17, "Payments")

    assertContains(member(Role.VIEWER).get(URL), "0 of 1 services")


def test_clients_link_to_their_list(member, acme, sandbox):
    add_counts(acme)

    page = member(Role.VIEWER).get(URL)

    assertContains(page, 'href="/acme/clients/?grant=CIBA"')
    assertContains(page, 'href="/acme/clients/?auth=PRIVATE_KEY_JWT"')

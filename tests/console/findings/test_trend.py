"""The chart of open findings per day."""

from datetime import UTC, date, datetime

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.findings.trend import find_trend
from console.models import FindingCount
from tenants.models import Organization
from tenants.organizations.roles import Role

URL = "/acme/findings/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(datetime(2026, 3, 4, 12, tzinfo=UTC), tick=False)


def add_count(organization, day, high=0, medium=0, low=0):
    FindingCount.objects.create(
        organization=organization, day=day, high=high, medium=medium, low=low
    )


def test_days_are_bars_stacked_by_severity(acme):
    add_count(acme, date(2026, 3, 1), high=2, low=2)
    add_count(acme, date(2026, 3, 4), medium=1)

    trend = find_trend(acme)

    assert trend
    assert [column.title for column in trend.columns] == [
        "1 Mar 2026: High 2, Low 2",
        "2 Mar 2026: 0",
        "3 Mar 2026: 0",
        "4 Mar 2026: Medium 1",
    ]
    first, *_, last = trend.columns
    assert [part.style for part in first.segments] == ["bad", "neutral"]
    assert [part.style for part in last.segments] == ["warn"]
    assert [series.legend_value for series in trend.series] == ["0", "1", "0"]


def test_days_without_findings_are_said(member, acme):
    for day in (1, 2):
        add_count(acme, date(2026, 3, day))

    assertContains(member(Role.VIEWER).get(URL), "No open findings in these days.")


def test_page_has_the_chart_as_a_table(member, acme):
    add_count(acme, date(2026, 3, 1), high=1_234)
    add_count(acme, date(2026, 3, 4), medium=1)

    page = member(Role.VIEWER).get(URL)

    for text in ("<svg", "Open findings per day", "1,234", "4 Mar 2026"):
        assertContains(page, text)


def test_chart_needs_two_recent_days_of_the_organization(member, acme):
    globex = Organization.objects.create(slug="globex", name="Globex")
    add_count(acme, date(2026, 3, 4), high=1)
    add_count(acme, date(2025, 12, 4), high=1)
    add_count(globex, date(2026, 3, 3), high=1)

    assertNotContains(member(Role.VIEWER).get(URL), "Open findings per day")

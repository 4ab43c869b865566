"""Waivers: made from a rule's page, listed there, ended by their day or by a person."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Finding, Waiver
from tenants.audit.models import AuditEntry
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form

RULE = "rfc9700.http-redirect"
URL = f"/acme/findings/{RULE}/"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def add_finding(organization, region="us"):
    return Finding.objects.create(
        organization=organization,
        region=region,
        service_id=17,
        client_id=44,
        rule=RULE,
        name="Till",
        field="redirectUris",
        since=NOW,
    )


@pytest.fixture
def finding(acme):
    return add_finding(acme)


def waive(browser, finding, **entered):
    url = f"{URL}{finding.pk}/waive/"
    entered = {"reason": "Internal network only", "ticket": "CHG-1"} | entered
    body = fill_form(browser.get(url), "expires_on", **entered)
    return browser.post(url, body, content_type=URLENCODED)


def open_rows(browser):
    return browser.get(URL).context["list_page"].rows


def test_waived_finding_moves_to_the_waivers(member, finding):
    editor = member(Role.EDITOR)
    assertContains(editor.get(URL), f"{URL}{finding.pk}/waive/")

    response = waive(editor, finding, expires_on="1 Jun 2026")

    assert (response.status_code, response["Location"]) == (302, URL)
    page = editor.get(URL)
    assert page.context["list_page"].rows == []
    for text in ("Internal network only", "EDITOR", "1 Jun 2026", "All findings of this rule"):
        assertContains(page, text)


def test_waiver_is_logged_with_its_reason_and_day(member, finding):
    editor = member(Role.EDITOR)
    waive(editor, finding, expires_on="2026-06-01")

    entry = AuditEntry.objects.get(operation="finding.waive")
    assert (entry.label, entry.object, entry.client) == ("Till", RULE, "44")
    assert (entry.reason, entry.ticket) == ("Internal network only", "CHG-1")
    assert entry.changes == [{"field": "expires_on", "before": None, "after": "2026-06-01"}]


def test_finding_returns_when_the_waiver_expires(member, finding):
    viewer = member(Role.VIEWER)
    waive(member(Role.EDITOR), finding)
    Waiver.objects.update(expires_on=NOW.date())  # its last day
    assert open_rows(viewer) == []

    Waiver.objects.update(expires_on=NOW.date() - timedelta(days=1))
    page = viewer.get(URL)

    assert [row.title for row in page.context["list_page"].rows] == ["Till"]
    assertNotContains(page, "Internal network only")


def test_expired_waiver_is_replaced(member, finding):
    editor = member(Role.EDITOR)
    waive(editor, finding)
    Waiver.objects.update(expires_on=NOW.date() - timedelta(days=1))

    waive(editor, finding, reason="Still internal", expires_on="2026-04-01")

    stored = Waiver.objects.get()
    assert (stored.reason, str(stored.expires_on)) == ("Still internal", "2026-04-01")
    assert open_rows(editor) == []


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("reason", "", "Enter a reason"),
        ("expires_on", "", "This field is required"),
        ("expires_on", "2026-03-04", "from tomorrow"),
        ("expires_on", "2027-03-06", "up to a year"),
    ],
)
def test_waiver_needs_a_reason_and_a_day_within_a_year(member, finding, field, value, error):
    response = waive(member(Role.EDITOR), finding, **{field: value})

    assertContains(response, error, status_code=422)
    assert not Waiver.objects.exists()
    assert not AuditEntry.objects.filter(operation="finding.waive").exists()


def test_removed_waiver_is_logged_and_reopens_the_finding(member, finding):
    editor = member(Role.EDITOR)
    waive(editor, finding)
    url = f"{URL}waivers/{Waiver.objects.get().pk}/remove/"
    assertContains(editor.get(URL), url)
    assertContains(editor.get(url), "Internal network only")

    assert editor.post(url)["Location"] == URL

    assert [row.title for row in open_rows(editor)] == ["Till"]
    entry = AuditEntry.objects.get(operation="finding.unwaive")
    assert (entry.label, entry.object, entry.client) == ("Till", RULE, "44")


def test_waiver_of_a_fixed_finding_can_be_removed(member, finding):
    editor = member(Role.EDITOR)
    waive(editor, finding)
    finding.delete()

    assertContains(editor.get(URL), f"{URL}waivers/{Waiver.objects.get().pk}/remove/")


def test_viewers_read_waivers_only(member, finding):
    waive(member(Role.EDITOR), finding)
    viewer = member(Role.VIEWER)
    page = viewer.get(URL)

    assertContains(page, "Internal network only")
    assertNotContains(page, "/waivers/")
    Waiver.objects.all().delete()
    assertNotContains(viewer.get(URL), "/waive/")


@pytest.mark.parametrize("case", ["organization", "region", "rule"])
def test_other_findings_are_not_found(member, acme, case):
    other = Organization.objects.create(slug="globex", name="Globex")
    organization = other if case == "organization" else acme
    finding = add_finding(organization, "br" if case == "region" else "us")
    rule = "rfc9700.pkce" if case == "rule" else RULE
    waiver = Waiver.objects.create(
        organization=organization,
        region=finding.region,
        service_id=17,
        client_id=44,
        rule=RULE,
        reason="Internal network only",
        owner="ida@acme.example",
        expires_on=timezone.localdate() + timedelta(days=9),
    )
    editor = member(Role.EDITOR)

    assert editor.post(f"/acme/findings/{rule}/{finding.pk}/waive/").status_code == 404
    assert editor.post(f"/acme/findings/{rule}/waivers/{waiver.pk}/remove/").status_code == 404
    assert Waiver.objects.exists()

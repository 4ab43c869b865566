import csv
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tenants.audit.actor import Actor
from tenants.audit.events import MEMBER_ADD, MEMBER_REMOVE, SIGN_OUT
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.authlete.changes import FieldChange
from tenants.models import Membership
from tests.support.backdating import backdate_entries
from tests.support.markup import compact

URL = "/acme/audit/access/"
DAY = timedelta(days=1)


@pytest.fixture
def people(acme, add_entry):
    """Ida became an admin a week ago, Bo left five days ago, Cy has no entry."""

    def role(operation, person, before, after, days):
        changes = [FieldChange("role", before, after)]
        add_entry(f"member.{operation}", object=person, changes=changes, ago=days * DAY)

    for person, now in (("ida@acme.example", "admin"), ("cy@acme.example", "viewer")):
        user = User.objects.create_user(person)
        Membership.objects.create(organization=acme, user=user, role=now)
    role("add", "ida@acme.example", None, "editor", 200)
    role("add", "bo@acme.example", None, "help desk", 150)
    role("change", "ida@acme.example", "editor", "admin", 7)
    role("remove", "bo@acme.example", "help desk", None, 5)


def rows(browser, days):
    day = (timezone.localdate() - days * DAY).isoformat()
    response = browser.get(f"{URL}?on={day}&format=csv")
    text = b"".join(response.streaming_content).decode()
    return {row["person"]: row for row in csv.DictReader(text.splitlines())}


def test_review_lists_roles_as_of_a_day(auditor, people):
    then, lately, now = (rows(auditor, days) for days in (10, 6, 0))

    assert then["ida@acme.example"]["role"] == "editor"
    assert "Editor → Administrator" in then["ida@acme.example"]["changed_since"]
    assert lately["ida@acme.example"]["role"] == "admin"
    assert "Manage members" in lately["ida@acme.example"]["may"]
    assert lately["bo@acme.example"]["dormant"] == "yes"
    assert "Remove" in lately["bo@acme.example"]["changed_since"]
    assert "bo@acme.example" not in now
    assert now["cy@acme.example"]["untold"] == "yes"
    assert now["ida@acme.example"]["untold"] == ""
    taken = AuditEntry.objects.filter(operation="audit.export")
    assert taken.count() == 3


def test_page_shows_last_activity_of_each_member(auditor, people):
    page = auditor.get(URL).content.decode()

    assert "not in the audit log" in page
    assert "inactive for 90 days" in page
    assert "bo@acme.example" not in page
    assert auditor.get(f"{URL}?on=nonsense").status_code == 422


@pytest.fixture
def removed(make_actor, people, settings):
    """Remove when people signed out 500 and 20 days ago, and whatever else of these
    kinds is so old; return the day up to which that was removed.
    """

    def make(**fields):
        settings.AUDIT_KEEP = {kind: str(days) for kind, days in fields.items()}
        with backdate_entries(500):
            record_event(make_actor("ida@acme.example"), SIGN_OUT)
            record_event(make_actor("bo@acme.example"), SIGN_OUT)
        with backdate_entries(20):
            record_event(make_actor("bo@acme.example"), SIGN_OUT)
        assert sum(
            delete_expired_entries(
                lambda organization_id: Actor(0, "worker", organization_id=organization_id)
            )
        )
        return f"{timezone.now() - max(fields.values()) * DAY:%Y-%m-%d}"

    return make


def test_last_activity_is_unknown_where_entries_were_deleted(auditor, removed):
    day = removed(signins=400)

    page = auditor.get(URL).content.decode()
    now, then = rows(auditor, 0), rows(auditor, 450)

    assert "not since" in page
    assert "older entries were deleted" in page
    assert "entries before" in page
    assert ">never<" not in compact(page)
    cy = now["cy@acme.example"]
    assert cy["last_used_removed_before"].startswith(day)
    assert (cy["last_used"], cy["dormant"]) == ("", "yes")
    assert now["ida@acme.example"]["last_used_removed_before"] == ""
    assert then["cy@acme.example"]["dormant"] == "unknown"
    before = (timezone.localdate() - 450 * DAY).isoformat()
    html = auditor.get(f"{URL}?on={before}").content.decode()
    assert "entries were deleted" in html
    assert "inactive for 90 days" not in html
    assert "may be incomplete" not in html


def test_activity_after_the_deleted_entries_is_exact(auditor, removed):
    removed(signins=30)

    now, then = rows(auditor, 0), rows(auditor, 6)

    assert now["cy@acme.example"]["dormant"] == "unknown"
    bo = then["bo@acme.example"]
    assert (bo["last_used_removed_before"], bo["dormant"]) == ("", "")
    assert bo["last_used"]


def test_review_warns_of_people_missing_due_to_retention(auditor, make_actor, removed):
    for event, before, after, days in (
        (MEMBER_ADD, None, "viewer", 480),
        (MEMBER_REMOVE, "viewer", None, 430),
    ):
        with backdate_entries(days):
            changes = [FieldChange("role", before, after)]
            record_event(make_actor(), event, object="di@acme.example", changes=changes)
    assert "di@acme.example" in rows(auditor, 440)
    day = removed(access=420)

    on = (timezone.localdate() - 440 * DAY).isoformat()
    page = auditor.get(f"{URL}?on={on}").content.decode()
    rows_by_person = rows(auditor, 440)

    assert "Review may be incomplete" in page
    assert "di@acme.example" not in rows_by_person
    assert rows_by_person["cy@acme.example"]["roles_removed_before"].startswith(day)
    assert "may be incomplete" not in auditor.get(URL).content.decode()

"""Retention periods, deletions and tombstones."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.actor import Actor
from tenants.audit.events import SEARCH_SAVE, SIGN_OUT, WEBHOOK_TEST
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.recorder import record_event
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.audit.retention.runs import find_deleted_entry
from tenants.models import Organization
from tests.support.audit_tampering import drop_append_only_triggers
from tests.support.backdating import backdate_entries

URL = "/acme/audit/kept/"


def worker(organization):
    return Actor(0, "worker", organization_id=organization)


@pytest.fixture
def expired_entry(acme, make_actor):
    """The ID of an entry that expired with two others of Acme and one of Other."""
    other = Organization.objects.create(slug="other", name="Other")
    with backdate_entries(3000):
        record_event(make_actor(), WEBHOOK_TEST, label="SIEM")
        record_event(make_actor(), SIGN_OUT)
        record_event(make_actor(), SIGN_OUT)
        record_event(make_actor(organization=other), SIGN_OUT)
    entry_id = AuditEntry.objects.get(operation="webhook.test").entry
    record_event(make_actor(), WEBHOOK_TEST, label="Another")
    assert sum(delete_expired_entries(worker)) == 4
    return entry_id


def test_retention_periods_are_shown(auditor, settings):
    settings.AUDIT_KEEP = {"reads": "45", "reveals": "730", "changes": "forever"}

    page = auditor.get(URL)

    assertContains(page, "45 days")
    assertContains(page, "2 years")
    assertContains(page, "7 years")
    assertContains(page, "AUDIT_KEEP")
    assertContains(page, "No entries have been deleted yet")
    entry = AuditEntry.objects.filter(operation="audit.read").first()
    assert entry
    assert entry.object == "retention"


def test_deletions_are_listed(auditor, expired_entry):
    page = auditor.get(URL)

    assertContains(page, "3 entries deleted")
    assertContains(page, "Reads: 1, kept for 7 years")
    assertContains(page, "Sign-ins and rejections: 2, kept for 7 years")


def test_deletion_entry_shows_what_it_deleted(auditor, acme, expired_entry):
    run = AuditEntry.objects.get(operation="audit.expire", organization_id=acme.pk)

    page = auditor.get(f"/acme/audit/{run.entry}/")

    assertContains(page, "Deleted entries")
    assertContains(page, "<dd>6</dd>", html=True)
    assertContains(page, "1, kept for 7 years")
    assertNotContains(page, "Changes")
    listed = auditor.get("/acme/audit/?operation=audit.expire")
    assertContains(listed, "2, kept for 7 years")


def test_link_to_a_deleted_entry_says_so(auditor, expired_entry):
    page = auditor.get(f"/acme/audit/{expired_entry}/")

    assert page.status_code == 410
    assertContains(page, "Entry deleted", status_code=410)
    assertContains(page, "Reads", status_code=410)
    day = (timezone.now() - timedelta(days=3000)).astimezone(UTC).date().isoformat()
    assertContains(page, day, status_code=410)
    assertContains(page, "deleted, tombstone verified", 2, status_code=410)
    assertNotContains(page, "SIEM", status_code=410)


def test_changed_tombstone_is_reported(auditor, expired_entry):
    drop_append_only_triggers()
    row = AuditRecord.objects.get(seq=1)
    content = row.content.replace('"body":"', '"body":"0')
    AuditRecord.objects.filter(seq=1).update(content=content)

    page = auditor.get(f"/acme/audit/{expired_entry}/")
    assertContains(page, "mismatch", status_code=410)


def test_unknown_and_foreign_entries_are_not_found(auditor, acme, expired_entry):
    other = Organization.objects.get(slug="other")
    (theirs,) = AuditRecord.objects.filter(seq=7).values_list("entry", flat=True)
    assert find_deleted_entry(other.pk, theirs)

    for entry in (theirs, uuid4(), "ffffffff-ffff-ffff-ffff-ffffffffffff"):
        assert auditor.get(f"/acme/audit/{entry}/").status_code == 404


def test_neighbor_of_a_deleted_entry_says_so(auditor, expired_entry):
    entry = AuditEntry.objects.filter(operation="webhook.test").get()

    page = auditor.get(f"/acme/audit/{entry.entry}/")

    assertContains(page, "deleted, tombstone verified", 1)


SINCE = (datetime.now(UTC) - timedelta(days=100)).date().isoformat()
FAR = "entries before"


@pytest.mark.parametrize(
    ("query", "is_told"),
    [
        ("reads=1", True),
        (f"reads=1&since={SINCE}", False),
        ("effect=destroy&operation=client.delete", False),
        ("operation=sign_out", True),
        ("q=word", False),
    ],
)
def test_search_before_the_retention_start_says_so(auditor, expired_entry, query, is_told):
    for page in ("", "export/", "export/file/"):
        more = "&format=print" if page.endswith("file/") else ""
        response = auditor.get(f"/acme/audit/{page}?{query}{more}")
        (assertContains if is_told else assertNotContains)(response, FAR)


def test_search_without_deletions_has_no_retention_note(auditor, make_actor):
    record_event(make_actor(), SEARCH_SAVE, label="Mine")

    assertNotContains(auditor.get("/acme/audit/?reads=1"), FAR)


def test_object_history_says_that_its_start_was_deleted(auditor, acme, make_actor, update):
    with backdate_entries(3000):
        update({"description": "x"})
    assert sum(delete_expired_entries(worker))

    page = auditor.get("/acme/services/us/17/history/")
    assertContains(page, "No changes in retention")
    assertContains(page, "Changes,")
    update({"description": "y"})
    page = auditor.get("/acme/services/us/17/history/")
    assertNotContains(page, "No changes in retention")
    assertContains(page, "deleted by retention:")

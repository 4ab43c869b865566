"""Retention of versions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.versions.models import Content, Version
from tenants.versions.recorder import record_snapshot
from tenants.versions.retention import delete_expired_versions, find_expired_versions
from tenants.versions.timeline import find_span_at, load_spans

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def expired():
    return sum(
        delete_expired_versions(
            lambda organization_id: Actor(0, "worker", organization_id=organization_id)
        )
    )


@pytest.fixture
def seen(monkeypatch):
    """Have version after version of a client be seen so many days ago."""

    def see(*days, client=4):
        for number, ago in enumerate(days):
            moment = NOW - timedelta(days=ago)
            monkeypatch.setattr("tenants.versions.recorder.timezone.now", lambda m=moment: m)
            milliseconds = int(moment.timestamp() * 1000)
            text = f'{{"clientName": "v{number % 3}"}}'
            record_snapshot(
                1, ObjectSnapshot("us", 17, client, f"entry-{number}", True, text, milliseconds)
            )

    return see


def test_versions_within_retention_and_the_newest_are_preserved(seen):
    seen(4000, 3500, 3000, 900, 10)
    seen(4000, client=5)

    assert expired() == 2

    spans = load_spans(1, "us", 17, 4)
    assert [span.version.number for span in spans] == [3, 4, 5]
    assert all(span.is_intact for span in spans)
    assert find_span_at(spans, NOW - timedelta(days=2557)) == spans[0]
    assert [span.is_intact for span in load_spans(1, "us", 17, 5)] == [True]
    assert expired() == 0
    entry = AuditEntry.objects.get(operation="versions.expire")
    assert (entry.label, entry.outcome) == ("2 versions", "done")


def test_worker_with_a_clock_years_ahead_removes_no_version(seen, time_machine, capsys):
    record_event(Actor(1, "ida", organization_id=1), SIGN_OUT)
    seen(900, 10)
    time_machine.move_to(NOW + timedelta(days=4000))

    call_command("audit_expire", dry_run=True)
    assert "versions (kept for 2557 days): 0 versions to delete" in capsys.readouterr().out
    assert expired() == 0


def test_expiry_repeats_with_shorter_retention(seen, settings):
    seen(900, 800, 700, 600, 500)
    for keep_days, left in (("850", 5), ("750", 4), ("550", 2), ("30", 1)):
        settings.VERSIONS_KEEP = keep_days
        expired()
        spans = load_spans(1, "us", 17, 4)
        assert (len(spans), all(span.is_intact for span in spans)) == (left, True)
    settings.VERSIONS_KEEP = "forever"
    assert expired() == 0


def test_content_is_deleted_with_its_last_version(seen):
    seen(4000, 3500, 3000, 2900)

    expired()

    assert Content.objects.count() == 1
    (span,) = load_spans(1, "us", 17, 4)
    assert span.version.document().get("clientName") == "v0"


@pytest.mark.parametrize("case", ["before", "seal", "deleted", "both"])
def test_versions_removed_by_others_are_reported(seen, case):
    seen(4000, 3500, 900, 800)
    expired()
    own = Version.objects.order_by("number")
    first, second = own[0], own[1]
    match case:
        case "before" | "seal":
            own.filter(pk=first.pk).update(**{case: "0" * 64})
        case "deleted":
            first.delete()
        case "both":  # as it would be, but for the seal
            own.filter(pk=second.pk).update(before=first.mac, seal=first.seal)
            first.delete()

    assert not load_spans(1, "us", 17, 4)[0].is_intact


def test_expiry_by_two_workers_is_logged_once(seen, monkeypatch):
    seen(4000, 3500, 10)
    expired_versions = find_expired_versions(2557)
    assert expired() == 1

    monkeypatch.setattr(
        "tenants.versions.retention.find_expired_versions", lambda _: expired_versions
    )

    assert expired() == 0
    assert AuditEntry.objects.filter(operation="versions.expire").count() == 1


def test_tampered_versions_are_not_expired(seen):
    seen(4000, 3500, 900)
    Version.objects.filter(number=1).update(digest="0" * 64)

    assert expired() == 0

    assert Version.objects.count() == 3
    entries = AuditEntry.objects.filter(operation="versions.expire")
    assert not entries
    seen(4000, 3500, 900, client=5)
    assert expired() == 1
    assert Version.objects.count() == 5
    changes = {change["field"]: change["after"] for change in entries.get().changes}
    assert (changes["versions"], changes["unfit"]) == (1, 1)

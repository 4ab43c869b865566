"""Reading a log stream."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.models import Stream
from console.streams import reader
from tenants.audit import writer
from tenants.audit.actor import Actor
from tenants.audit.events import MEMBER_ADD, SIGN_OUT
from tenants.audit.integrity import chain_export
from tenants.audit.integrity.chain_export import read_rows_after
from tenants.audit.models import AuditEntry, AuditHead, AuditRecord
from tenants.audit.positions import open_position, seal_position
from tenants.audit.record_builder import build_intent
from tenants.audit.recorder import record_action, record_event
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.audit.store import append_records
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.backdating import backdate_entries
from tests.support.webhooks import row_numbers

URL = "/acme/audit/stream"


@pytest.fixture
def read(client, token):
    """Read as the machine does: the lines, and the cursor to go on from."""

    def read(after=0, limit=500, wait=0):
        answer = client.get(
            URL,
            {"after": after, "limit": limit, "wait": wait},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/jsonl"
        lines = b"".join(answer.streaming_content).decode().splitlines()
        return [json.loads(line) for line in lines], answer["X-Cursor"]

    return read


def happen(organization, times=1):
    for number in range(times):
        actor = Actor(1, "ida", "admin", organization.pk, organization.slug)
        record_event(actor, MEMBER_ADD, object=f"{organization.slug} {number}")


def test_reads_all_entries_of_the_organization_only(read, acme):
    other = Organization.objects.create(slug="other", name="Other")
    for _ in range(4):
        happen(acme)
        happen(other, 2)

    found, cursor = [], 0
    while True:
        rows, cursor = read(cursor or 0, limit=3)
        found += rows
        if len(rows) < 3:
            break

    own = AuditEntry.objects.filter(organization_id=acme.pk)
    assert {row["entry"] for row in found} == {entry.entry for entry in own}
    assert len(found) == 2 * own.count()
    assert row_numbers(found) == sorted(row_numbers(found))
    assert open_position(acme.pk, cursor) == head()
    record = AuditRecord.objects.get(seq=row_numbers(found)[-1])
    assert (found[-1]["mac"], found[-1]["content"]) == (record.mac, json.loads(record.content))


def test_read_stops_after_a_second_with_a_cursor(read, acme, monkeypatch):
    """And says how far it came, so that a reader goes on from there."""
    _, cursor = read()
    began = open_position(acme.pk, cursor)
    happen(Organization.objects.create(slug="other", name="Other"), 5)
    happen(acme)
    monkeypatch.setattr(chain_export, "ROWS_PER_WINDOW", 4)
    monkeypatch.setattr(chain_export, "MAX_SCAN_SECONDS", -1.0)

    rows, positions = list[Any](), list[int]()
    while not rows:
        rows, cursor = read(cursor)
        positions.append(open_position(acme.pk, cursor))

    assert positions == [began + 4, began + 8, began + 12]
    assert row_numbers(rows) == [began + 11, began + 12]


def test_outcome_arrives_when_known(read, acme):
    _, cursor = read()
    with record_action(Actor(1, "ida", "admin", acme.pk, "acme"), MEMBER_ADD):
        (intent,), cursor = read(cursor)

    (outcome,), cursor = read(cursor)

    assert (intent["phase"], outcome["phase"]) == ("intent", "outcome")
    assert intent["entry"] == outcome["entry"]
    assert read(cursor)[0] == []


def test_entries_can_be_read_again(read, acme):
    _, cursor = read()
    happen(acme, 3)

    assert read(cursor)[0] == read(cursor)[0] != []


def test_continues_after_the_number_that_an_earlier_release_gave(read, acme):
    happen(acme, 3)

    assert row_numbers(read(after=2)[0])[0] == 3


def test_deleted_entries_of_the_organization_are_reported(read, acme):
    other = Organization.objects.create(slug="other", name="Other")
    with backdate_entries(3000):
        for _ in range(4):
            record_event(Actor(1, "bo", organization_id=other.pk), SIGN_OUT)
            record_event(Actor(1, "ida", organization_id=acme.pk), SIGN_OUT)
    happen(acme)
    removed = sum(delete_expired_entries(lambda item: Actor(0, "worker", organization_id=item)))

    found, cursor = list[Any](), ""
    while not cursor or open_position(acme.pk, cursor) < head():
        rows, cursor = read(cursor or 0, limit=3)
        found += rows

    assert removed == 8
    tombstones = [row for row in found if "gone" in row["content"]]
    assert row_numbers(tombstones) == [3, 4, 7, 8, 11, 12, 15, 16]
    assert {row["content"]["gone"]["kind"] for row in tombstones} == {"signins"}
    (deletion,) = [item for item in found if item["content"].get("label") == "4 entries"]
    assert deletion["entry"] == tombstones[0]["content"]["gone"]["run"]
    fields = {item["field"]: item["after"] for item in json.loads(deletion["content"]["changed"])}
    assert (fields["rows"], fields["first"], fields["last"]) == (8, 3, 16)


def test_reading_is_logged_once_an_hour(read, acme):
    for _ in range(5):
        read()
    (read_entry,) = AuditEntry.objects.filter(operation="stream.read")
    assert read_entry.actor == "Splunk"

    Stream.objects.update(notified_at="2026-01-01T00:00:00Z")
    read()

    read_entry, _ = AuditEntry.objects.filter(operation="stream.read")
    assert read_entry.object.startswith("5 reads before")


def test_concurrent_reading_is_logged_once(read, acme, monkeypatch):
    def slowly(*given, **options):
        monkeypatch.setattr(reader, "record_event", record_event)
        read()
        record_event(*given, **options)

    monkeypatch.setattr(reader, "record_event", slowly)
    read()

    assert AuditEntry.objects.filter(operation="stream.read").count() == 1
    assert Stream.objects.get().reads == 2


@pytest.mark.parametrize("home", ["acme", "other", "nowhere"])
@pytest.mark.parametrize("kind", ["none", "wrong", "basic", "query"])
def test_token_of_the_organization_is_required(client, token, home, kind):
    Organization.objects.create(slug="other", name="Other")
    value = "mrs_" + "x" * 43 if home == "acme" else token
    headers = {
        "none": {},
        "query": {},
        "basic": {"Authorization": f"Basic {value}"},
        "wrong": {"Authorization": f"Bearer {value}"},
    }[kind]
    query = {"token": value} if kind == "query" else {}

    response = client.get(f"/{home}/audit/stream", query, headers=headers)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert AuditEntry.objects.get(operation="stream.refused").outcome == "refused"


def test_unwritable_log_prevents_reading(client, token, monkeypatch):
    def full(rows):
        raise OperationalError("disk is full")

    monkeypatch.setattr(writer, "append_records", full)

    response = client.get(URL, headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 503
    assert Stream.objects.get().notified_at is None


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("after=-1", "X-Cursor"),
        ("after=1e9", "X-Cursor"),
        ("limit=1001", "whole number"),
        ("limit=0", "whole number"),
        ("wait=31", "whole number"),
    ],
)
def test_invalid_parameters_are_errors(client, token, query, message):
    headers = {"Authorization": f"Bearer {token}"}

    response = client.get(f"{URL}?{query}", headers=headers)

    assert response.status_code == 400
    assert message in response.content.decode()


def test_cursor_ahead_of_a_restored_database_is_refused(client, token, acme):
    headers = {"Authorization": f"Bearer {token}"}

    response = client.get(f"{URL}?after={seal_position(acme.pk, 9000)}", headers=headers)

    assert response.status_code == 409
    assert "X-Cursor" not in response


def test_tells_of_no_number_whether_other_organizations_have_as_many_rows(read, acme):
    happen(acme)
    happen(Organization.objects.create(slug="other", name="Other"), 5)

    for number in (head() - 1, head(), head() + 1, 9000):
        read(after=number)  # answers 200 to each


def test_takes_no_cursor_of_another_organization(client, token, acme):
    headers = {"Authorization": f"Bearer {token}"}

    response = client.get(f"{URL}?after={seal_position(acme.pk + 1, 1)}", headers=headers)

    assert response.status_code == 400


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_skip_no_entry(acme):
    """Some transactions take longer than others that began later."""
    actor = Actor(1, "ida", "admin", acme.pk, "acme")

    def write(pause):
        try:
            for _ in range(8):
                append_records([build_intent(actor, "member.add", "change")], lambda: sleep(pause))
        finally:
            connection.close()

    seqs, cursor = [], 0
    with ThreadPoolExecutor(4) as threads:
        writing = [threads.submit(write, pause) for pause in (0, 0.001, 0.005, 0.02)]
        while not all(future.done() for future in writing) or cursor < head():
            rows, cursor = read_rows_after(acme.pk, cursor, 3)
            seqs += [row.seq for row, _before in rows]
    for future in writing:
        future.result()

    assert seqs == list(range(1, head() + 1))


def head():
    return AuditHead.objects.get().seq


@pytest.mark.django_db(transaction=True)
def test_long_poll_waits_for_a_commit(read, acme, settings):
    """On threads of their own, with connections of their own."""
    settings.AUDIT_INLINE = False
    _, cursor = read()
    happen(Organization.objects.create(slug="other", name="Other"))  # no row of Acme's

    def wait():
        try:
            started = monotonic()
            return read(cursor, wait=30)[0], monotonic() - started
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        waited = thread.submit(wait)
        while not reader._waiting:
            assert not waited.done()
            sleep(0.01)
        happen(acme)
        rows, took = waited.result(timeout=20)

    assert [row["phase"] for row in rows][:1] == ["intent"]
    assert took < 10
    assert not reader._waiting


def test_long_polls_are_limited(client, token, read, monkeypatch):
    stream, headers = Stream.objects.get(), {"Authorization": f"Bearer {token}"}
    slept: list[float] = []
    monkeypatch.setattr(reader, "monotonic", lambda: sum(slept))
    monkeypatch.setattr(reader, "sleep", slept.append)
    _, cursor = read()
    assert read(cursor, wait=3)[0] == []
    assert sum(slept) == 3

    others = [(stream.pk, reader.MAX_WAITING_PER_STREAM), (uuid4(), reader.MAX_WAITING_REQUESTS)]
    for whose, many in others:
        monkeypatch.setattr(reader, "_waiting", Counter({whose: many}))
        refused = client.get(URL, {"after": cursor, "wait": 3}, headers=headers)
        assert (refused.status_code, refused["Retry-After"]) == (429, "10")
        assert read(0, wait=3)[0]  # there are rows, so nothing waits
    assert sum(slept) == 3


def test_token_revoked_during_a_long_poll_gets_nothing(client, token, acme, read, monkeypatch):
    def revoke(_seconds):
        Stream.objects.all().delete()
        happen(acme)

    _, cursor = read()
    monkeypatch.setattr(reader, "sleep", revoke)

    headers = {"Authorization": f"Bearer {token}"}
    answer = client.get(URL, {"after": cursor, "wait": 3}, headers=headers)

    assert answer.status_code == 401


@pytest.mark.parametrize("end", ["expiry", "removal", "role", "account"])
def test_expired_token_reads_nothing(client, admin, token, owner, end):
    if end == "expiry":
        Stream.objects.update(expires_at=timezone.now())
    elif end == "removal":
        owner.delete()
    elif end == "role":
        type(owner).objects.filter(pk=owner.pk).update(role=Role.EDITOR)
    else:
        type(owner.user).objects.filter(pk=owner.user_id).update(is_active=False)

    answer = client.get(URL, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401
    assert AuditEntry.objects.filter(operation="stream.refused").exists()
    word = "Expired" if end == "expiry" else "Owner is no longer an administrator"
    assertContains(admin.get("/acme/streams/"), word)


def test_the_token_is_checked_before_the_method(client, token):
    bearer = {"Authorization": f"Bearer {token}"}

    assert client.post(URL).status_code == 401
    assert client.post(URL, headers=bearer).status_code == 405

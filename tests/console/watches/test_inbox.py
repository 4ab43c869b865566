"""Changes of watched objects and ended jobs appear in the inbox, once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Batch, Notification, Watch, WatchPosition
from console.watches.collection import collect_notifications, collect_step
from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.api.services import UPDATE
from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tenants.jobs.control import cancel_job
from tenants.models import Membership, Organization
from tenants.organizations.roles import Role
from tests.support.jobs import start_restore

INBOX = "/acme/watches/"
EXTERNAL = events.SERVICE_CHANGED_EXTERNALLY


def titles(browser, query=""):
    return [row.title for row in browser.get(INBOX + query).context["list_page"].rows]


def test_change_of_a_watched_service_is_listed_and_counted(viewer, watch, change):
    watch()
    change(EXTERNAL, changes=[FieldChange("accessTokenDuration", 600, 900)])

    collect_notifications()

    page = viewer.get(INBOX)
    assertContains(page, "Access token duration")
    assertContains(page, "15 minutes")
    assertContains(page, "Shop was changed outside Meridian")
    assertContains(page, "colleague")
    assertContains(page, "Notifications, 1 unread")
    assertContains(viewer.get("/acme/"), "Notifications, 1 unread")


def test_entries_notify_once_however_often_they_are_read(viewer, watch, change):
    watch()
    change(EXTERNAL)
    start = WatchPosition.objects.get().seq

    collect_notifications()
    collect_notifications()
    WatchPosition.objects.update(seq=start)  # an older backup of this row
    collect_notifications()

    assert len(titles(viewer)) == 1


def test_worker_that_is_killed_loses_nothing(viewer, watch, change, monkeypatch):
    watch()
    change(EXTERNAL)

    def die(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Notification.objects, "bulk_create", die)
        with pytest.raises(KeyboardInterrupt):
            collect_notifications()
    assert titles(viewer) == []
    collect_notifications()

    assert len(titles(viewer)) == 1


def test_second_worker_stores_nothing(acme, viewer, watch, change, monkeypatch):
    watch()
    change(EXTERNAL)
    position = WatchPosition.objects.get()
    collect_step(acme)
    Notification.objects.all().delete()

    monkeypatch.setattr("console.watches.collection.ensure_position", lambda _: position)
    collect_step(acme)

    assert titles(viewer) == []


@pytest.mark.parametrize(
    "case",
    [
        {"actor": "VIEWER"},
        {"outcome": Outcome.REJECTED},
        {"outcome": Outcome.NOT_SENT},
        {"service": "18"},
        {"client": "44"},
        {"region": "eu"},
    ],
)
def test_own_failed_and_other_changes_do_not_notify(viewer, watch, change, case):
    watch()
    change(EXTERNAL, **case)

    collect_notifications()

    assert titles(viewer) == []


def test_change_before_the_watch_does_not_notify(viewer, watch, change):
    change(EXTERNAL)
    watch()

    collect_notifications()

    assert titles(viewer) == []


def test_use_of_tokens_does_not_notify(viewer, watch, change):
    watch()
    change(events.BATCH_UPLOAD)

    collect_notifications()

    assert titles(viewer) == []


def test_open_call_holds_back_until_its_outcome(acme, viewer, watch, change, time_machine):
    watch()
    actor = Actor(99, "colleague", "editor", acme.pk, "acme", "page")
    log = AuditLogSink(actor)
    log.record_intents([CallIntent(UPDATE, "us", "/api/17/service/update", {"service_id": "17"})])
    change(EXTERNAL)

    collect_notifications()
    assert titles(viewer) == []

    time_machine.move_to(timezone.now() + timedelta(minutes=10))  # its process has ended
    collect_notifications()
    assert len(titles(viewer)) == 2
    assertContains(viewer.get(INBOX), 'data-outcome="unknown"')


def test_muted_watch_does_not_notify(viewer, watch, change):
    watch()
    stored = Watch.objects.get()
    viewer.post(f"{INBOX}list/{stored.pk}/", {"delivery": "", "is_muted": "on"})
    change(EXTERNAL)

    collect_notifications()

    assert titles(viewer) == []


def test_reader_opens_the_change_and_has_read_it(viewer, watch, change):
    watch()
    change(EXTERNAL)
    collect_notifications()
    notification = Notification.objects.get()

    response = viewer.get(f"{INBOX}?open={notification.pk}")

    entry = AuditEntry.objects.get(operation=EXTERNAL.name).entry
    assert entry in response["Location"]
    assertContains(viewer.get(INBOX), "Notifications, 0 unread")
    assert titles(viewer, "?state=unread") == []


def test_all_or_one_can_be_marked_as_read(viewer, watch, change):
    watch()
    for _ in range(3):
        change(EXTERNAL)
    collect_notifications()

    viewer.post(f"{INBOX}read/", {"notification": Notification.objects.latest("pk").pk})
    assertContains(viewer.get(INBOX), "Notifications, 2 unread")
    viewer.post(f"{INBOX}read/")

    assertContains(viewer.get(INBOX), "Notifications, 0 unread")
    viewer.post(f"{INBOX}read/", {"notification": "x"})
    assert viewer.get(f"{INBOX}?open=x").status_code == 404


def test_inbox_needs_few_queries(viewer, watch, change, django_assert_max_num_queries):
    watch()
    for _ in range(30):
        change(EXTERNAL)
    collect_notifications()

    with django_assert_max_num_queries(20):
        assert len(titles(viewer)) == 30


def test_export_has_references_and_texts(viewer, watch, change):
    watch()
    change(EXTERNAL)
    collect_notifications()

    exported = viewer.get(f"{INBOX}?download=csv").getvalue().decode()

    assert "Shop was changed outside Meridian" in exported


def test_deleted_entry_leaves_a_text(viewer, watch, change):
    watch()
    change(EXTERNAL)
    collect_notifications()
    Notification.objects.update(entry="00000000-0000-7000-8000-000000000000")

    assert titles(viewer) == ["“Shop” was changed"]
    response = viewer.get(f"{INBOX}?open={Notification.objects.get().pk}")
    assert response["Location"] == "/acme/services/us/17/"


# --- rights


def test_role_is_checked_when_the_inbox_is_read(acme, viewer, watch, change):
    watch()
    change(EXTERNAL)
    collect_notifications()
    Membership.objects.filter(user__username="VIEWER").update(role=Role.HELP_DESK)

    assert titles(viewer) == []
    assertContains(viewer.get(INBOX), "Notifications, 0 unread")
    assert viewer.get(f"{INBOX}?open={Notification.objects.get().pk}").status_code == 404
    change(EXTERNAL)
    collect_notifications()
    assert Notification.objects.count() == 1


def test_help_desk_can_not_watch_a_service(member, watch):
    browser = member(Role.HELP_DESK)

    assert watch(browser=browser).status_code == 404
    assert not Watch.objects.exists()


def test_notifications_belong_to_one_member(member, viewer, watch, change):
    watch()
    change(EXTERNAL)
    collect_notifications()
    other, notification = member(Role.ADMIN), Notification.objects.get()

    assert titles(other) == []
    assert other.get(f"{INBOX}?open={notification.pk}").status_code == 404
    other.post(f"{INBOX}read/", {"notification": notification.pk})
    assertContains(viewer.get(INBOX), "Notifications, 1 unread")
    assert other.get(f"{INBOX}list/{Watch.objects.get().pk}/").status_code == 404


def test_ended_membership_ends_its_watches(acme, viewer, watch, change):
    watch()
    change(EXTERNAL)
    collect_notifications()

    Membership.objects.get(user__username="VIEWER").delete()

    assert not Watch.objects.exists()
    assert not Notification.objects.exists()


# --- jobs


@pytest.fixture
def job(acme, member, sandbox):
    member(Role.EDITOR)
    collect_notifications()
    return start_restore(acme)


def sign_in(client, name):
    client.force_login(User.objects.get(username=name))
    return client


def test_starter_is_notified_when_their_job_ends(client, job, worker):
    worker()

    collect_notifications()

    assert titles(sign_in(client, "EDITOR")) == ["Rename services: completed"]
    page = client.get(INBOX)
    assertContains(page, "failed")
    notification = Notification.objects.get()
    assert client.get(f"{INBOX}?open={notification.pk}")["Location"] == f"/acme/jobs/{job.pk}/"


@pytest.mark.parametrize(("by", "number"), [("EDITOR", 0), ("ADMIN", 1)])
def test_only_others_who_cancel_a_job_notify(client, member, job, by, number):
    member(Role.ADMIN)
    user = User.objects.get(username=by)
    organization = Organization.objects.get()
    cancel_job(job, Actor(user.pk, by, "admin", organization.pk, "acme", "page"))

    collect_notifications()

    assert len(titles(sign_in(client, "EDITOR"))) == number


def test_batch_names_its_file_and_state(acme, client, job, worker):
    batch = Batch.objects.create(
        organization=acme,
        region="us",
        service_id=17,
        starter=job.starter,
        actor="EDITOR",
        file_name="till.csv",
        state=Batch.State.PARTLY,
        poll_job=job.pk,
    )
    worker()

    collect_notifications()

    assert titles(sign_in(client, "EDITOR")) == ["till.csv: partially failed"]
    number = Notification.objects.get().pk
    assert client.get(f"{INBOX}?open={number}")["Location"] == f"/acme/batches/{batch.pk}/"


def test_page_without_notifications_says_how_to_get_some(viewer):
    page = viewer.get(INBOX)

    assertContains(page, "No notifications yet")
    assertNotContains(page, "Mark all as read")

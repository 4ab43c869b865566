"""Notifications are mailed at once or in the morning, once, and only what may be seen."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.utils import timezone

from console.models import AccountPreferences, Notification, NotificationMail, Watch
from console.watches.collection import collect_notifications
from console.watches.mails import delete_old_notifications, send_notification_mails
from tenants.audit import events
from tenants.models import Membership
from tenants.organizations.roles import Role
from tenants.outbound import mail
from tests.support.jobs import start_restore

EXTERNAL = events.SERVICE_CHANGED_EXTERNALLY
START = datetime(2030, 12, 3, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def start_time(time_machine):
    """Set the time before anything is stored."""
    time_machine.move_to(START, tick=False)


@pytest.fixture(autouse=True)
def console_url(settings):
    settings.CONSOLE_URL = "https://meridian.example"


@pytest.fixture
def reader(viewer, watch):
    """The viewer, in Tokyo, who watches the service; return a function that sets the delivery."""
    user = User.objects.get(username="VIEWER")
    user.email = "vi@acme.example"
    user.save()
    AccountPreferences.objects.create(user=user, time_zone="Asia/Tokyo")
    watch()
    Watch.objects.update(created_at=START - timedelta(days=1))

    def deliver(delivery):
        Watch.objects.update(delivery=delivery)

    return deliver


@pytest.fixture
def run(time_machine):
    """Return a function that runs the worker's tasks twice and returns the new mails."""

    def run_at(after=timedelta(0)):
        time_machine.move_to(START + after, tick=False)
        outbox.outbox.clear()
        for _ in range(2):
            collect_notifications()
            send_notification_mails()
        return list(outbox.outbox)

    return run_at


def test_mail_at_once_names_the_change_and_links_to_it(reader, change, run):
    reader("now")
    change(EXTERNAL)

    (sent,) = run()

    assert sent.to == ["vi@acme.example"]
    assert sent.subject == "Acme: Shop was changed outside Meridian"
    assert "US, colleague, 4 Dec 2030, 00:00 JST" in sent.body
    number = Notification.objects.get().pk
    assert f"https://meridian.example/acme/watches/?open={number}" in sent.body
    assert "https://meridian.example/acme/watches/list/" in sent.body
    assert run(timedelta(hours=1)) == []


def test_several_changes_are_one_mail_and_the_next_waits(reader, change, run):
    reader("now")
    change(EXTERNAL)
    change(EXTERNAL)
    (sent,) = run()
    assert sent.subject == "Acme: 2 notifications"

    change(EXTERNAL)

    assert run(timedelta(minutes=2)) == []
    assert len(run(timedelta(minutes=6))) == 1


def test_digest_comes_once_in_the_morning_of_the_account(reader, change, run):
    reader("digest")
    change(EXTERNAL)

    assert run() == []  # midnight in Tokyo
    assert run(timedelta(hours=7, minutes=59)) == []
    (sent,) = run(timedelta(hours=8))
    assert "Shop was changed outside Meridian" in sent.body
    change(EXTERNAL)
    assert run(timedelta(hours=9)) == []
    assert len(run(timedelta(hours=32))) == 1


def test_inbox_only_is_not_mailed(reader, change, run):
    change(EXTERNAL)

    assert run() == []
    assert Notification.objects.exists()


def test_read_notification_is_not_mailed(reader, change, run, viewer):
    reader("digest")
    change(EXTERNAL)
    run()
    viewer.post("/acme/watches/read/")

    assert run(timedelta(hours=8)) == []


@pytest.mark.parametrize(
    "end",
    [
        lambda: User.objects.update(is_active=False),
        lambda: Membership.objects.update(role=Role.HELP_DESK),
        lambda: Membership.objects.all().delete(),
    ],
)
def test_who_may_no_longer_see_it_gets_no_mail(reader, change, run, end):
    reader("digest")
    change(EXTERNAL)
    run()

    end()

    assert run(timedelta(hours=8)) == []


def test_failed_mail_is_sent_again_with_the_same_id(reader, change, run, monkeypatch):
    reader("now")
    change(EXTERNAL)

    def fail(*args, **options):
        raise SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", fail)
        run()
    stored = NotificationMail.objects.get()
    assert (stored.tries, stored.sent_at) == (1, None)

    (sent,) = run(timedelta(minutes=3))

    assert sent.extra_headers["Message-ID"] == f"<{stored.pk}@meridian>"


def test_without_a_mail_server_nothing_waits(reader, change, run, no_mail):
    reader("now")
    change(EXTERNAL)

    assert run() == []
    assert not NotificationMail.objects.exists()


def test_job_is_mailed_if_the_account_wants_it(acme, member, sandbox, run, worker):
    member(Role.EDITOR)
    user = User.objects.get(username="EDITOR")
    User.objects.filter(pk=user.pk).update(email="ed@acme.example")
    AccountPreferences.objects.create(user=user, job_delivery="now")
    run()
    start_restore(acme)
    worker()

    (sent,) = run()

    assert sent.subject == "Acme: Rename services: completed"
    assert "1 failed" in sent.body
    assert "New name" not in sent.body  # the reason may name a person


def test_old_notifications_and_mails_are_deleted(reader, change, run):
    reader("now")
    for _ in range(3):
        change(EXTERNAL)
    run()
    read_long_ago, never_read, recent = Notification.objects.order_by("pk")
    now, day = timezone.now(), timedelta(days=1)
    Notification.objects.filter(pk=read_long_ago.pk).update(read_at=now - 31 * day)
    Notification.objects.filter(pk=never_read.pk).update(created_at=now - 181 * day)
    Notification.objects.filter(pk=recent.pk).update(read_at=now - 29 * day)
    NotificationMail.objects.update(created_at=now - 8 * day)

    delete_old_notifications()

    assert Notification.objects.get() == recent
    assert not NotificationMail.objects.exists()

"""An admin's watch also notifies a webhook; it is signed, retried, and its choice logged."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Delivery, Notification, Watch
from console.watches.collection import collect_notifications
from console.watches.webhook_deliveries import queue_webhook_deliveries
from console.webhooks.delivery import RETRY_DELAYS_SECONDS, deliver_notifications
from console.webhooks.worker import pending_notifications
from tenants.audit import events
from tenants.audit.models import AuditEntry
from tenants.models import Membership
from tenants.organizations.roles import Role
from tests.support.webhook_receiver import run_webhook_receiver
from tests.support.webhooks import make_webhook, read_delivery

EXTERNAL = events.SERVICE_CHANGED_EXTERNALLY


@pytest.fixture
def admin(member, sandbox):
    return member(Role.ADMIN)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.CONSOLE_URL = "https://meridian.example"
    with run_webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def webhook(acme, receiver):
    return make_webhook(acme, receiver.url)


@pytest.fixture
def watched(admin, watch, webhook):
    """The admin's watch, with the webhook."""
    watch(browser=admin)
    edit(admin, webhook=webhook.pk)
    return Watch.objects.get()


def edit(browser, **values):
    path = f"/acme/watches/list/{Watch.objects.get().pk}/"
    return browser.post(path, {"delivery": "", **values})


def run():
    """What a worker does."""
    for _ in range(2):
        collect_notifications()
        queue_webhook_deliveries()
        for pk in pending_notifications():
            deliver_notifications(pk)
    return Delivery.objects.order_by("-created_at").first()


def test_notifications_are_posted_signed_and_once(watched, change, webhook, receiver):
    change(EXTERNAL)
    change(EXTERNAL)

    delivery = run()

    (request,) = receiver.requests
    body = read_delivery(request, webhook.secret)
    assert body["type"] == "notifications"
    first = body["data"][0]
    assert first["text"] == "Shop was changed outside Meridian"
    assert (first["region"], first["service"], first["actor"]) == ("us", "17", "colleague")
    assert first["url"].startswith("https://meridian.example/acme/watches/?open=")
    assert len(body["data"]) == 2
    assert (delivery.state, delivery.status, delivery.rows) == ("done", 204, 2)


def test_failed_delivery_is_repeated_until_it_is_given_up(watched, change, receiver, time_machine):
    receiver.answers = [500] * 20
    change(EXTERNAL)
    for days in range(len(RETRY_DELAYS_SECONDS) + 3):
        time_machine.move_to(timezone.now() + timedelta(hours=13), tick=False)
        delivery = run()
        assert delivery.state == "pending" or days >= len(RETRY_DELAYS_SECONDS)

    assert delivery.state == "failed"
    assert len(receiver.requests) == len(RETRY_DELAYS_SECONDS) + 1
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


def test_delivery_that_a_killed_worker_left_is_sent_again(watched, change, receiver):
    change(EXTERNAL)
    collect_notifications()
    queue_webhook_deliveries()
    Delivery.objects.update(tries=1, tried_at=timezone.now() - timedelta(minutes=1))

    run()

    assert len(receiver.requests) == 1


def test_paused_webhook_waits(watched, change, webhook, receiver):
    type(webhook).objects.update(pause="hand")
    change(EXTERNAL)
    run()
    assert receiver.requests == []

    type(webhook).objects.update(pause="")
    run()

    assert len(receiver.requests) == 1


def test_member_who_is_no_admin_any_more_sends_nothing(watched, change, receiver):
    change(EXTERNAL)
    Membership.objects.filter(user__username="ADMIN").update(role=Role.EDITOR)

    assert run() is None
    assert Notification.objects.get().webhook is None


def test_entries_go_to_the_webhook_beside_a_pending_notification(watched, change, webhook):
    for kind in ({"notifications": "{}"}, {"rows": 1}):
        Delivery.objects.create(webhook=webhook, **kind)

    assert Delivery.objects.filter(state="pending").count() == 2


def test_only_admins_choose_a_webhook(viewer, admin, watch, webhook):
    watch()
    assertNotContains(viewer.get(f"/acme/watches/list/{Watch.objects.get().pk}/"), "Webhook</")

    edit(viewer, webhook=webhook.pk)

    assert Watch.objects.get().webhook is None


def test_choice_is_logged_and_ends_with_the_webhook(watched, admin, webhook):
    entry = AuditEntry.objects.get(operation="webhook.change")
    assert (entry.label, entry.value_after("watch")) == ("SIEM", "us/17")
    assertContains(admin.get(f"/acme/watches/list/{watched.pk}/"), "SIEM")
    edit(admin, webhook="")
    assert AuditEntry.objects.filter(operation="webhook.change").count() == 2
    edit(admin, webhook=webhook.pk)

    webhook.delete()

    assert Watch.objects.get().webhook is None


def test_webhook_of_another_organization_can_not_be_chosen(admin, watch, webhook):
    watch(browser=admin)
    other = webhook.organization.__class__.objects.create(slug="other", name="Other")
    make_webhook(webhook.organization, "https://own.example/")
    foreign = make_webhook(other, "https://other.example/")

    assert edit(admin, webhook=foreign.pk).status_code == 422


def test_page_of_the_webhook_lists_the_delivery(watched, admin, change, webhook):
    change(EXTERNAL)
    run()

    assertContains(admin.get(f"/acme/webhooks/{webhook.pk}/"), "notifications")

"""Deliver webhooks in the worker, each in a thread of its own.

The threads end with the worker. The next worker repeats what was in progress, with the same ID.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from uuid import UUID

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from console.models import Delivery, Webhook
from console.webhooks.delivery import (
    deliver_due,
    deliver_notifications,
    deliver_test,
    is_retry_due,
    is_unlocked,
)
from tenants.audit.models import AuditHead
from tenants.jobs.periodic_tasks import run_every, run_every_minute

MAX_PARALLEL_WEBHOOKS = 16  # per worker
SLOTS_RESERVED_FOR_DELIVERIES = 4  # of these, that no test takes
LOG_RETENTION = timedelta(days=30)  # a delivery in the log
MAX_LOGGED_DELIVERIES = 1000  # per webhook
TEST_RESPONSE_TIMEOUT = timedelta(minutes=5)
TEST_START_TIMEOUT = timedelta(hours=1)

_threads: dict[UUID, Thread] = {}


@run_every(1.0)
def start_due_deliveries() -> None:
    """Start a thread for every due webhook, then for tests if threads are left."""
    for pk in [pk for pk, thread in _threads.items() if not thread.is_alive()]:
        del _threads[pk]
    expected = [(deliver_due, pk, MAX_PARALLEL_WEBHOOKS) for pk in due_webhooks()]
    expected += [
        (deliver_notifications, pk, MAX_PARALLEL_WEBHOOKS) for pk in pending_notifications()
    ]
    expected += [
        (deliver_test, pk, MAX_PARALLEL_WEBHOOKS - SLOTS_RESERVED_FOR_DELIVERIES)
        for pk in pending_tests()
    ]
    for deliver, pk, limit in expected:
        if pk not in _threads and len(_threads) < limit:
            _threads[pk] = Thread(target=_run_in_thread, args=[deliver, pk], daemon=True)
            _threads[pk].start()


def due_webhooks() -> list[UUID]:
    """Return the webhooks with undelivered rows, longest wait first."""
    head = AuditHead.objects.values_list("seq", flat=True).first() or 0
    now = timezone.now()
    webhooks = Webhook.objects.filter(
        is_unlocked(now), pause="", next_at__lte=now, position__lt=head
    )
    return list(webhooks.order_by("next_at").values_list("pk", flat=True))


def pending_tests() -> list[UUID]:
    """Return the test events to send."""
    deliveries = Delivery.objects.filter(is_test=True, state=Delivery.State.PENDING, tries=0)
    return list(deliveries.values_list("pk", flat=True))


def pending_notifications() -> list[UUID]:
    """Return the deliveries of notifications whose next attempt is due, oldest first."""
    now = timezone.now()
    deliveries = Delivery.objects.filter(
        state=Delivery.State.PENDING, is_test=False, webhook__pause=""
    ).exclude(notifications="")
    return [row.pk for row in deliveries.order_by("created_at") if is_retry_due(row, now)]


def _run_in_thread(action: Callable[[UUID], None], pk: UUID) -> None:
    """Run ``action`` in a thread, and close its database connections."""
    try:
        action(pk)
    finally:
        connections.close_all()


@run_every_minute
def delete_old_deliveries() -> None:
    """Delete old deliveries and secrets that no longer sign."""
    now = timezone.now()
    Webhook.objects.filter(old_until__lt=now).update(old_sealed="", old_until=None)
    interrupted = Q(tried_at__lt=now - TEST_RESPONSE_TIMEOUT) | Q(
        tried_at=None, created_at__lt=now - TEST_START_TIMEOUT
    )
    pending = Delivery.objects.filter(interrupted, is_test=True, state=Delivery.State.PENDING)
    pending.update(state=Delivery.State.FAILED)
    over = Delivery.objects.exclude(state=Delivery.State.PENDING)
    over.filter(created_at__lt=now - LOG_RETENTION).delete()
    for pk in Webhook.objects.values_list("pk", flat=True):
        deliveries = over.filter(webhook=pk)
        for oldest in deliveries.values_list("created_at", flat=True)[
            MAX_LOGGED_DELIVERIES : MAX_LOGGED_DELIVERIES + 1
        ]:
            deliveries.filter(created_at__lte=oldest).delete()

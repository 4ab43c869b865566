"""What the workers do about webhooks: each has a thread of its own while it is served,
so that a slow one holds up no other.

A worker that ends, however it does, ends these threads with it: what they were at is
sent again by the next, under the same id.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from uuid import UUID

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from console.models import Delivery, Webhook
from console.webhooks.sending import bring, free, try_out
from tenants.audit.models import AuditHead
from tenants.jobs.chores import chore, every

AT_ONCE = 16  # webhooks that one worker serves
SPARED = 4  # of these, that no test takes
KEPT = timedelta(days=30)  # a delivery in the log
MOST = 1000  # deliveries in the log of one webhook
LOST = timedelta(minutes=5)  # after which a test has no answer to come
STALE = timedelta(hours=1)  # after which nobody waits for a test any more

_busy: dict[UUID, Thread] = {}


@every(1.0)
def serve() -> None:
    """Have a thread see to every webhook that is due, and to tests where that leaves
    room."""
    for pk in [pk for pk, thread in _busy.items() if not thread.is_alive()]:
        del _busy[pk]
    wanted = [(bring, pk, AT_ONCE) for pk in due()]
    wanted += [(try_out, pk, AT_ONCE - SPARED) for pk in tests()]
    for what, pk, most in wanted:
        if pk not in _busy and len(_busy) < most:
            _busy[pk] = Thread(target=_apart, args=[what, pk], daemon=True)
            _busy[pk].start()


def due() -> list[UUID]:
    """Webhooks behind the record whose turn it is, who waits longest first."""
    head = AuditHead.objects.values_list("seq", flat=True).first() or 0
    now = timezone.now()
    found = Webhook.objects.filter(
        free(now), pause="", next_at__lte=now, position__lt=head
    )
    return list(found.order_by("next_at").values_list("pk", flat=True))


def tests() -> list[UUID]:
    """What somebody wants to be sent just to see whether it comes through."""
    found = Delivery.objects.filter(is_test=True, state=Delivery.State.PENDING, tries=0)
    return list(found.values_list("pk", flat=True))


def _apart(what: Callable[[UUID], None], pk: UUID) -> None:
    """In a thread, which keeps no connection to the database."""
    try:
        what(pk)
    finally:
        connections.close_all()


@chore
def tidy() -> None:
    """Forget old deliveries, and secrets that sign no more."""
    now = timezone.now()
    Webhook.objects.filter(old_until__lt=now).update(old_sealed="", old_until=None)
    lost = Q(tried_at__lt=now - LOST) | Q(tried_at=None, made_at__lt=now - STALE)
    pending = Delivery.objects.filter(lost, is_test=True, state=Delivery.State.PENDING)
    pending.update(state=Delivery.State.FAILED)
    over = Delivery.objects.exclude(state=Delivery.State.PENDING)
    over.filter(made_at__lt=now - KEPT).delete()
    for pk in Webhook.objects.values_list("pk", flat=True):
        own = over.filter(webhook=pk)
        for oldest in own.values_list("made_at", flat=True)[MOST : MOST + 1]:
            own.filter(made_at__lte=oldest).delete()

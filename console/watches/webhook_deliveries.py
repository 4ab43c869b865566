"""Queue notifications for webhooks; the workers that deliver audit log entries send them."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from console.lists.export import iso_time
from console.models import Delivery, Notification, Webhook
from console.watches.inbox import InboxRow, build_inbox, related
from console.web.paths import cached_reverse
from tenants.audit.records import canonical_json
from tenants.jobs.periodic_tasks import run_every
from tenants.organizations.roles import Role

POLL_SECONDS = 10.0
MAX_NOTIFICATIONS = 100  # of a delivery


@run_every(POLL_SECONDS)
def queue_webhook_deliveries() -> None:
    """Store a delivery for each webhook that has notifications to receive."""
    waiting = Notification.objects.exclude(webhook=None).order_by()
    for webhook in Webhook.objects.filter(pk__in=waiting.values("webhook")):
        while queue_delivery(webhook):
            pass


def queue_delivery(webhook: Webhook) -> bool:
    """Store the next delivery of a webhook; return False if nothing waits."""
    with transaction.atomic():
        locked = Webhook.objects.select_for_update().select_related("organization")
        webhook = locked.get(pk=webhook.pk)
        waiting = list(_waiting(webhook)[:MAX_NOTIFICATIONS])
        listed = [one for one in waiting if Role(one.membership.role) is Role.ADMIN]
        if listed:
            lines = _lines(webhook, build_inbox(webhook.organization, listed))
            Delivery.objects.create(
                webhook=webhook, notifications=",".join(lines), rows=len(listed)
            )
        Notification.objects.filter(pk__in=[one.pk for one in waiting]).update(webhook=None)
    return bool(waiting)


def _waiting(webhook: Webhook) -> QuerySet[Notification]:
    notifications = Notification.objects.filter(webhook=webhook).order_by("pk")
    return related(notifications).select_related("membership")


def _lines(webhook: Webhook, rows: Iterable[InboxRow]) -> Iterable[str]:
    """Yield each notification as JSON: references and a text, without values and subjects."""
    path = cached_reverse("watches:index", webhook.organization.slug)
    for row in rows:
        notification = row.notification
        members = {
            "id": notification.pk,
            "kind": notification.kind,
            "time": iso_time(row.created_at),
            "text": row.title,
            "actor": row.actor,
            "region": notification.region,
            "service": str(notification.service_id or ""),
            "client": str(notification.client_id or ""),
            "rule": notification.rule,
            "entry": notification.entry,
            "added": notification.added,
            "resolved": notification.resolved,
        }
        if settings.CONSOLE_URL:
            members["url"] = f"{settings.CONSOLE_URL}{path}?open={notification.pk}"
        yield canonical_json(members)

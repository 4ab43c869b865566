"""Notifications from Authlete that a batch has ended.

Anyone could send one, so its content is neither trusted nor stored. It only makes the
console ask for the status earlier, at a limited rate, and only if it was sent to the
unguessable URL.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from console.models import Batch, Sending
from tenants.jobs.control import run_now
from tenants.jobs.models import Job

MIN_INTERVAL = timedelta(seconds=5)  # between two notifications that are handled
SALT = "console.batches.hints"  # changing it would invalidate the configured URLs


def notification_url(slug: str, region: str, service_id: int) -> str:
    """Return the URL to configure as the service's ``tokenBatchNotificationEndpoint``."""
    service = (slug, region, service_id)
    path = reverse("batches:notify", args=[*service, _url_key(*service)])
    return f"{settings.CONSOLE_URL}{path}"


def handle_notification(slug: str, region: str, service_id: int, key: str) -> None:
    """Poll the service's batches at once; a wrong key is ignored silently."""
    if not constant_time_compare(key, _url_key(slug, region, service_id)):
        return
    now = timezone.now()
    is_due = Q(told_at=None) | Q(told_at__lt=now - MIN_INTERVAL)
    batches = Batch.objects.filter(
        is_due,
        organization__slug=slug,
        region=region,
        service_id=service_id,
        state__in=Batch.MOVING,
    )
    for batch in batches:
        if Batch.objects.filter(is_due, pk=batch.pk).update(told_at=now):
            running = Sending.objects.filter(batch=batch, fate=Sending.Fate.RUNNING)
            running.update(again_at=now)
            for job in Job.objects.filter(pk__in=[batch.watch]):
                run_now(job)


def _url_key(slug: str, region: str, service_id: int) -> str:
    digest = salted_hmac(SALT, f"{slug}/{region}/{service_id}", algorithm="sha256")
    return digest.hexdigest()

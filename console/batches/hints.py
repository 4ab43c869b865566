"""Being told that a batch is done: a hint that anybody might send.

So nothing of it is believed or kept: it has the status asked for a little earlier, as
often as a batch may be looked at, and only for who knows an address that nobody can
guess.
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

MIN_INTERVAL = timedelta(seconds=5)  # between two hints that are heeded
SALT = "console.batches.hints"


def notification_url(slug: str, region: str, service_id: int) -> str:
    """What the service's ``tokenBatchNotificationEndpoint`` has to be."""
    place = (slug, region, service_id)
    path = reverse("batches:notify", args=[*place, _url_key(*place)])
    return f"{settings.CONSOLE_URL}{path}"


def handle_notification(slug: str, region: str, service_id: int, key: str) -> None:
    """Look at the service's batches at once; whoever is wrong learns nothing."""
    if not constant_time_compare(key, _url_key(slug, region, service_id)):
        return
    now = timezone.now()
    rested = Q(told_at=None) | Q(told_at__lt=now - MIN_INTERVAL)
    moving = Batch.objects.filter(
        rested,
        organization__slug=slug,
        region=region,
        service_id=service_id,
        state__in=Batch.MOVING,
    )
    for batch in moving:
        if Batch.objects.filter(rested, pk=batch.pk).update(told_at=now):
            running = Sending.objects.filter(batch=batch, fate=Sending.Fate.RUNNING)
            running.update(again_at=now)
            for job in Job.objects.filter(pk__in=[batch.watch]):
                run_now(job)


def _url_key(slug: str, region: str, service_id: int) -> str:
    found = salted_hmac(SALT, f"{slug}/{region}/{service_id}", algorithm="sha256")
    return found.hexdigest()

"""Moving kept versions back in time, as if they had been seen then."""

from datetime import timedelta

from django.utils import timezone

from tenants.versions.models import Version
from tenants.versions.recorder import compute_version_mac


def aged(*hours):
    """The versions that there are, from the first on, seen so many hours ago."""
    now = timezone.now()
    before = ""
    for one, ago in zip(Version.objects.order_by("number"), hours, strict=True):
        one.first_at = one.last_at = now - timedelta(hours=ago)
        one.mac = before = compute_version_mac(one, before)
        one.save()
    return now

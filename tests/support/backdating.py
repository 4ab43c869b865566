"""Audit entries and versions that are days or years old."""

import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tenants.audit import record_builder
from tenants.audit.models import OUTCOME_TIMEOUT
from tenants.versions.models import Version
from tenants.versions.recorder import compute_version_mac

DAY_NANOSECONDS = 86_400_000_000_000  # nanoseconds


@contextmanager
def backdate_entries(days):
    """Write audit entries ``days`` ago, each a millisecond after the one before."""
    moment = time.time_ns() - int(days * DAY_NANOSECONDS)

    def tick():
        nonlocal moment
        moment += 1_000_000
        return moment

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_builder, "time", SimpleNamespace(time_ns=tick))
        yield


def backdate_calls():
    """Write calls so long ago that they can't be on their way any more."""
    return backdate_entries((OUTCOME_TIMEOUT + timedelta(seconds=1)) / timedelta(days=1))


def backdate_versions(*hours_ago):
    """Set when the stored versions were seen, oldest first, in hours before now."""
    now = timezone.now()
    before = ""
    for number, ago in zip(Version.objects.order_by("number"), hours_ago, strict=True):
        number.first_at = number.last_at = now - timedelta(hours=ago)
        number.mac = before = compute_version_mac(number, before)
        number.save()
    return now

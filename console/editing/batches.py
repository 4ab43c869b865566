"""Batches of tokens that have ended, for pages about more than them."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from console.models import Batch
from tenants.models import Organization

TOLD = timedelta(days=1)  # after its end; what is unknown stays until it is settled


def ended(organization: Organization, user: User) -> list[Batch]:
    """Those that somebody started and may want to hear of, newest first."""
    lately = Q(ended_at__gt=timezone.now() - TOLD) | Q(state=Batch.State.UNKNOWN)
    found = Batch.objects.filter(
        lately, organization=organization, starter=user, state__in=Batch.ENDED
    )
    return list(found.defer("listed").order_by("-ended_at")[:3])

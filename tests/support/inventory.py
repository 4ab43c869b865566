"""Helpers for the index of services."""

from django.utils import timezone

from console.models import KnownService


def add_known_service(organization, region, service_id, name=""):
    """Add a service to the index, or rename it there."""
    KnownService.objects.update_or_create(
        organization=organization,
        region=region,
        service_id=service_id,
        defaults={"name": name, "seen_at": timezone.now()},
    )

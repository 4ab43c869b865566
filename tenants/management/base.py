"""Helpers of the setup commands."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from tenants.audit.actor import Actor
from tenants.models import Organization


def command_actor(name: str, organization: Organization | None = None) -> Actor:
    """Return a command as an actor."""
    if organization is None or organization.pk is None:
        return Actor(0, f"manage.py {name}")
    home = organization
    return Actor(0, f"manage.py {name}", organization_id=home.pk, organization=home.slug)


def get_organization(slug: str) -> Organization:
    """Return an organization or raise `CommandError`."""
    organization = Organization.objects.filter(slug=slug).first()
    if not organization:
        raise CommandError(f"Organization {slug!r} not found. Add it with add_organization.")
    return organization


def format_errors(error: ValidationError) -> str:
    """Format validation errors on one line."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())

"""What the setup commands share: who they are in the record, and how they refuse."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from tenants.audit.actor import Actor
from tenants.models import Organization


def command_actor(name: str, organization: Organization | None = None) -> Actor:
    """A command, as the record tells it; it acts for whoever may run it."""
    if organization is None or organization.pk is None:
        return Actor(0, f"manage.py {name}")
    home = organization
    return Actor(0, f"manage.py {name}", organization_id=home.pk, organization=home.slug)


def get_organization(slug: str) -> Organization:
    found = Organization.objects.filter(slug=slug).first()
    if not found:
        raise CommandError(f"Organization {slug!r} not found. Add it with add_organization.")
    return found


def format_errors(error: ValidationError) -> str:
    """What was wrong, on one line."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())

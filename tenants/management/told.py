"""What the setup commands share: who they are in the record, and how they refuse."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from tenants.audit.who import Who
from tenants.models import Organization


def command(name: str, organization: Organization | None = None) -> Who:
    """A command, as the record tells it; it acts for whoever may run it."""
    if organization is None or organization.pk is None:
        return Who(0, f"manage.py {name}")
    home = organization
    return Who(0, f"manage.py {name}", organization_id=home.pk, organization=home.slug)


def organization_of(slug: str) -> Organization:
    found = Organization.objects.filter(slug=slug).first()
    if not found:
        raise CommandError(
            f"There is no organization {slug!r}; add it with add_organization."
        )
    return found


def problems(error: ValidationError) -> str:
    """What was wrong, on one line."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()
    )

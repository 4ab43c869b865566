"""``manage.py add_organization``: the first thing a deployment needs."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.models import Organization


class Command(BaseCommand):
    help = "Add an organization. Doing so twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", required=True, help="its part of every address")
        parser.add_argument("--name", required=True, help="as people read it")

    def handle(self, *args: Any, slug: str, name: str, **options: Any) -> None:
        found = Organization.objects.filter(slug=slug).first()
        if found and found.name != name:
            raise CommandError(
                f"{slug} is there already, with the name {found.name!r}. "
                "Nothing was changed."
            )
        if found:
            self.stdout.write(f"{name} is there already, at /{slug}/.")
            return
        organization = Organization(slug=slug, name=name)
        try:
            organization.full_clean()
        except ValidationError as error:
            raise CommandError(f"Nothing was added. {told(error)}") from None
        organization.save()
        self.stdout.write(f"Added {name}, at /{slug}/.")


def told(error: ValidationError) -> str:
    """A model's complaints on one line."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()
    )

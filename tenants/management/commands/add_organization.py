"""Add an organization: ``manage.py add_organization``."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.audit.events import ORGANIZATION_ADD
from tenants.audit.recorder import record_action
from tenants.authlete.errors import AuditUnavailableError
from tenants.management.base import command_actor, format_errors
from tenants.models import Organization


class Command(BaseCommand):
    """Add an organization."""

    help = "Add an organization. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", required=True, help="part of every URL")
        parser.add_argument("--name", required=True, help="display name")

    def handle(self, *args: Any, slug: str, name: str, **options: Any) -> None:
        existing = Organization.objects.filter(slug=slug).first()
        if existing and existing.name != name:
            raise CommandError(
                f"{slug} already exists with the name {existing.name!r}. Nothing was changed."
            )
        if existing:
            self.stdout.write(f"{name} already exists at /{slug}/.")
            return
        organization = Organization(slug=slug, name=name)
        try:
            organization.full_clean()
        except ValidationError as error:
            raise CommandError(f"Nothing was added. {format_errors(error)}") from None
        actor = command_actor("add_organization")
        try:
            with record_action(actor, ORGANIZATION_ADD, object=slug, label=name):
                organization.save()
        except AuditUnavailableError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Added {name} at /{slug}/.")

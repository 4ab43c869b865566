"""Find secrets of a lost vault key: ``manage.py vault_check``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.crypto import vault
from tenants.crypto.sealed_columns import SEALED_COLUMNS

SHOWN_ROWS = 20  # of each kind


class Command(BaseCommand):
    """List the rows whose key is missing in ``VAULT_KEYS``."""

    help = (
        "List stored secrets whose key is missing in VAULT_KEYS. Fails if any must be replaced. "
        "docs/how-to/replace-lost-keys.md says what to do about each kind."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0  # to replace
        for name, sealed in SEALED_COLUMNS.items():
            rows = sealed.find_lost().order_by("pk")
            count = rows.count()
            if not sealed.is_expendable:
                total += count
            if count:
                expendable = ", no action needed" if sealed.is_expendable else ""
                self.stdout.write(f"{name}: {count}{expendable}")
            for row in rows[:SHOWN_ROWS]:
                owner = getattr(row, "user", None)
                self.stdout.write(f"  {owner}: {row}" if owner else f"  {row}")
            if count > SHOWN_ROWS:
                self.stdout.write(f"  and {count - SHOWN_ROWS} more")
        keys = ", ".join(vault.get_key_ring())
        if total:
            raise CommandError(f"{total} secrets can't be decrypted with the keys {keys}.")
        self.stdout.write(f"The keys {keys} encrypted all secrets that are needed.")

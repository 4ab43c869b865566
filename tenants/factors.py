"""Seeds of second factors, sealed as every other secret at rest.

The sign-in library keeps them in one JSON column and seals without saying whose
they are, so they share one place; rotation goes through all of them.
"""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from tenants import vault

PLACE = "mfa.authenticator/data"
SEALED = ("secret", "seed")  # members of its JSON: of TOTP, of recovery codes


def seal(text: str) -> str:
    return vault.seal(text, PLACE)


def unseal(value: str) -> str:
    """Raises `vault.Sealed` when no key of ours opens it."""
    return vault.unseal(value, PLACE)


@vault.kept_as("second factors")
def rotated() -> Iterator[Authenticator]:
    """Seal every seed under the current key, one row at a time."""
    for pk in Authenticator.objects.values_list("pk", flat=True).iterator():
        # Locked, so that a recovery code used meanwhile does not come back.
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row and _rotate(row.data):
                row.save(update_fields=["data"])
                yield row


def _rotate(data: dict[str, str]) -> bool:
    new = {name: vault.rotate(data[name], PLACE) for name in SEALED if data.get(name)}
    changed = any(data[name] != value for name, value in new.items())
    data.update(new)
    return changed

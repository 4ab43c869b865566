"""Seeds of second factors, sealed as every other secret at rest, each for its person.

The sign-in library keeps them in one JSON column, and seals and opens them without
saying whose they are. So a row that is made is sealed for its person as it is first
saved, and what is read from a row knows whose row that is: a seed that was copied to
another person's row does not open.
"""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import post_init, pre_save
from django.dispatch import receiver

from tenants import vault

NEW = "mfa.authenticator/data"  # from when it is made until its row is saved
SEALED = ("secret", "seed")  # members of its JSON: of TOTP, of recovery codes


class Owned(str):
    """A sealed seed as it stands in somebody's row."""

    user: int

    @classmethod
    def by(cls, user: int, sealed: str) -> "Owned":
        owned = cls(sealed)
        owned.user = user
        return owned


def place(user: int) -> str:
    """Where the seeds of a person open, and those of nobody else."""
    return f"{NEW}/{user}"


def seal(text: str, user: int | None = None) -> str:
    """For a person, or for the row that it goes into next."""
    return vault.seal(text, place(user) if user else NEW)


def unseal(value: str, user: int | None = None) -> str:
    """Raises `vault.Sealed` when no key of ours opens it there."""
    owner = value.user if isinstance(value, Owned) else user
    return vault.unseal(value, place(owner) if owner else NEW)


@receiver(post_init, sender=Authenticator)
def _own(instance: Authenticator, **_: Any) -> None:
    if "data" in instance.__dict__ and instance.pk:
        for name in SEALED:
            if value := instance.data.get(name):
                instance.data[name] = Owned.by(instance.user_id, value)


@receiver(pre_save, sender=Authenticator)
def _bind(instance: Authenticator, **_: Any) -> None:
    """Only a row that is new: what stands in another one was bound before."""
    if instance._state.adding:
        for name in SEALED:
            if value := instance.data.get(name):
                bound = vault.seal(unseal(value), place(instance.user_id))
                instance.data[name] = Owned.by(instance.user_id, bound)


@vault.kept_as("second factors")
def rotated() -> Iterator[Authenticator]:
    """Seal every seed under the current key, one row at a time."""
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        # Locked, so that a recovery code used meanwhile does not come back.
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row and _rotate(row):
                row.save(update_fields=["data"])
                yield row


def _rotate(row: Authenticator) -> bool:
    own = place(row.user_id)
    new = {
        name: vault.rotate(row.data[name], own) for name in SEALED if row.data.get(name)
    }
    changed = any(row.data[name] != value for name, value in new.items())
    row.data.update(new)
    return changed

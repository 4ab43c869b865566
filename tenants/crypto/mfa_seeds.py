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

from tenants.crypto import vault

UNBOUND_CONTEXT = "mfa.authenticator/data"  # from when it is made until its row is saved
SEED_FIELDS = ("secret", "seed")  # members of its JSON: of TOTP, of recovery codes


class OwnedSeed(str):
    """A sealed seed as it stands in somebody's row."""

    user_id: int

    @classmethod
    def create(cls, user_id: int, sealed: str) -> "OwnedSeed":
        owned = cls(sealed)
        owned.user_id = user_id
        return owned


def seed_context(user_id: int) -> str:
    """Where the seeds of a person open, and those of nobody else."""
    return f"{UNBOUND_CONTEXT}/{user_id}"


def seal_seed(text: str, user_id: int | None = None) -> str:
    """For a person, or for the row that it goes into next."""
    return vault.seal(text, seed_context(user_id) if user_id else UNBOUND_CONTEXT)


def unseal_seed(value: str, user_id: int | None = None) -> str:
    """Raises `vault.Sealed` when no key of ours opens it there."""
    owner = value.user_id if isinstance(value, OwnedSeed) else user_id
    return vault.unseal(value, seed_context(owner) if owner else UNBOUND_CONTEXT)


@receiver(post_init, sender=Authenticator)
def _mark_owner(instance: Authenticator, **_: Any) -> None:
    if "data" in instance.__dict__ and instance.pk:
        for name in SEED_FIELDS:
            if value := instance.data.get(name):
                instance.data[name] = OwnedSeed.create(instance.user_id, value)


@receiver(pre_save, sender=Authenticator)
def _bind_to_user(instance: Authenticator, **_: Any) -> None:
    """Only a row that is new: what stands in another one was bound before."""
    if instance._state.adding:
        for name in SEED_FIELDS:
            if value := instance.data.get(name):
                bound = vault.seal(unseal_seed(value), seed_context(instance.user_id))
                instance.data[name] = OwnedSeed.create(instance.user_id, bound)


@vault.register_rotation("second factors")
def rotate_seeds() -> Iterator[Authenticator]:
    """Seal every seed under the current key, one row at a time."""
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        # Locked, so that a recovery code used meanwhile does not come back.
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row and _reseal(row):
                row.save(update_fields=["data"])
                yield row


def _reseal(row: Authenticator) -> bool:
    own = seed_context(row.user_id)
    new = {name: vault.reseal(row.data[name], own) for name in SEED_FIELDS if row.data.get(name)}
    changed = any(row.data[name] != value for name, value in new.items())
    row.data.update(new)
    return changed

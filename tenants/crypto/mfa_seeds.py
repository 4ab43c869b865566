"""Encrypted 2FA seeds, each bound to its user.

allauth encrypts and decrypts seeds without naming the user. So a new row is bound to its user
when it's first saved, and a loaded seed remembers its row's user: a seed copied to another user
can't be decrypted.
"""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import post_init, pre_save
from django.dispatch import receiver

from tenants.crypto import vault
from tenants.crypto.sealed_columns import SEALED_COLUMNS, SealedColumns

UNBOUND_CONTEXT = "mfa.authenticator/data"  # from when it is made until its row is saved
SEED_FIELDS = ("secret", "seed")  # members of its JSON: of TOTP, of recovery codes


class OwnedSeed(str):
    """An encrypted seed with its user."""

    user_id: int

    @classmethod
    def create(cls, user_id: int, sealed: str) -> "OwnedSeed":
        owned = cls(sealed)
        owned.user_id = user_id
        return owned


def seed_context(user_id: int) -> str:
    """Return the encryption context of a user's seeds."""
    return f"{UNBOUND_CONTEXT}/{user_id}"


def seal_seed(text: str, user_id: int | None = None) -> str:
    """Encrypt for a user, or for the row that is saved next."""
    return vault.seal(text, seed_context(user_id) if user_id else UNBOUND_CONTEXT)


def unseal_seed(value: str, user_id: int | None = None) -> str:
    """Decrypt a seed; raise `UnsealError` if it isn't this user's."""
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
    """Bind the seeds of a new row to its user."""
    if instance._state.adding:
        for name in SEED_FIELDS:
            if value := instance.data.get(name):
                bound = vault.seal(unseal_seed(value), seed_context(instance.user_id))
                instance.data[name] = OwnedSeed.create(instance.user_id, bound)


def rotate_seeds() -> Iterator[Authenticator]:
    """Encrypt every seed with the current key, row by row."""
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        # Locked, so that a recovery code used meanwhile stays used.
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row and _reseal(row):
                row.save(update_fields=["data"])
                yield row


def _reseal(row: Authenticator) -> bool:
    context = seed_context(row.user_id)
    old = {name: row.data[name] for name in SEED_FIELDS if row.data.get(name)}
    try:
        new = {name: vault.reseal(value, context) for name, value in old.items()}
    except vault.UnsealError:
        return False
    row.data.update(new)
    return new != old


SEALED_COLUMNS["second factors"] = SealedColumns(
    Authenticator.objects.all, tuple(f"data__{name}" for name in SEED_FIELDS), rotate_seeds
)

"""Locks across processes: a lease per row, without an open transaction.

The lease of a killed process expires by the database's clock, which all processes share.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from random import uniform
from time import monotonic, sleep
from uuid import UUID, uuid4

from django.db import DatabaseError
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.authlete import write_locks
from tenants.authlete.errors import AuditUnavailableError, ConcurrentWriteError
from tenants.models import WriteLease

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1  # seconds between two looks


@dataclass(frozen=True)
class DatabaseLocks:
    """The locks of an organization, held in the name of ``holder``."""

    organization_id: int
    holder: str

    @contextmanager
    def hold(self, key: str, lease_seconds: float) -> Generator[None]:
        """Implement `WriteLocks.hold`."""
        key = _fit_key(f"{self.organization_id}/{key}")
        token = uuid4()
        self._wait_until_acquired(key, token, timedelta(seconds=lease_seconds))
        try:
            yield
        finally:
            try:
                WriteLease.objects.filter(key=key, token=token).delete()
            except DatabaseError:
                log.exception("could not release a lock; it expires by itself")

    def _wait_until_acquired(self, key: str, token: UUID, duration: timedelta) -> None:
        deadline = monotonic() + write_locks.LOCK_WAIT_SECONDS
        try:
            while not self._try_acquire(key, token, duration):
                if monotonic() > deadline:
                    raise ConcurrentWriteError(_find_holder(key))
                sleep(uniform(POLL_SECONDS / 2, POLL_SECONDS))  # noqa: S311  no secret
        except DatabaseError:
            raise AuditUnavailableError(
                _("The lock couldn't be stored in the database. Nothing was sent.")
            ) from None

    def _try_acquire(self, key: str, token: UUID, duration: timedelta) -> bool:
        """Try to acquire the lease; each statement decides alone."""
        lease = {"token": token, "holder": self.holder[:150], "until": Now() + duration}
        if WriteLease.objects.filter(key=key, until__lt=Now()).update(**lease):
            return True
        WriteLease.objects.bulk_create([WriteLease(key=key, **lease)], ignore_conflicts=True)
        return WriteLease.objects.filter(key=key, token=token).exists()


def _find_holder(key: str) -> str:
    holders = WriteLease.objects.filter(key=key).values_list("holder", flat=True)
    return holders.first() or ""


def _fit_key(key: str) -> str:
    """Return the key, or its digest if it's too long for the column."""
    return key if len(key) <= 200 else sha256(key.encode()).hexdigest()

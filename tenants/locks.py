"""The locks of all processes: one lease a row, and no transaction held meanwhile.

A lease that nobody gave back (its process was killed) runs out by the clock of the
database, the only one that all processes share.
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

from tenants.authlete import locks
from tenants.authlete.errors import NotRecorded, Occupied
from tenants.models import WriteLease

log = logging.getLogger(__name__)

PAUSE = 0.1  # seconds between two looks


@dataclass(frozen=True)
class Leases:
    """The locks of one organization, taken in the name of one person."""

    organization_id: int
    holder: str

    @contextmanager
    def hold(self, place: str, seconds: float) -> Generator[None]:
        """See `tenants.authlete.locks.Locks`."""
        place = _fit(f"{self.organization_id}/{place}")
        mine = uuid4()
        self._wait_for(place, mine, timedelta(seconds=seconds))
        try:
            yield
        finally:
            try:
                WriteLease.objects.filter(place=place, token=mine).delete()
            except DatabaseError:
                log.exception("a lease was not given back, and runs out by itself")

    def _wait_for(self, place: str, mine: UUID, span: timedelta) -> None:
        end = monotonic() + locks.WAIT
        try:
            while not self._take(place, mine, span):
                if monotonic() > end:
                    raise Occupied(_holder_of(place))
                sleep(uniform(PAUSE / 2, PAUSE))  # noqa: S311  no secret
        except DatabaseError:
            raise NotRecorded(
                _("The console's database did not take the lock, so nothing was sent.")
            ) from None

    def _take(self, place: str, mine: UUID, span: timedelta) -> bool:
        """Each statement decides alone; none is read before it is written."""
        lease = {"token": mine, "holder": self.holder[:150], "until": Now() + span}
        if WriteLease.objects.filter(place=place, until__lt=Now()).update(**lease):
            return True
        WriteLease.objects.bulk_create(
            [WriteLease(place=place, **lease)], ignore_conflicts=True
        )
        return WriteLease.objects.filter(place=place, token=mine).exists()


def _holder_of(place: str) -> str:
    holders = WriteLease.objects.filter(place=place).values_list("holder", flat=True)
    return holders.first() or ""


def _fit(place: str) -> str:
    """``place`` as the column takes it; a longer one becomes its digest."""
    return place if len(place) <= 200 else sha256(place.encode()).hexdigest()

"""Reading the record on behalf of a machine, and keeping that it did."""

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic, sleep

from django.db.models import F
from django.utils import timezone

from console.models import Stream
from console.streams.waiting import seat
from tenants.audit import events
from tenants.audit.export import Placed, line, rows_after
from tenants.audit.notes import note
from tenants.audit.who import Who
from tenants.authlete.errors import NotRecorded

TOLD = timedelta(hours=1)  # from one entry about reading to the next
MOST = 1000  # rows in one answer
LONGEST = 30  # seconds that an answer without rows may wait for some
PACE = 0.5  # seconds from one look to the next; other processes write rows, too


class Revoked(Exception):
    """The token was removed meanwhile."""


class Batch:
    """Some rows of an organization's record, and where the next ones begin."""

    def __init__(self, rows: list[Placed], cursor: int) -> None:
        self.rows, self.cursor = rows, cursor

    def lines(self) -> Iterator[str]:
        return (line(row, before) for row, before in self.rows)


def read(stream: Stream, after: int, limit: int, wait: int, who: Who) -> Batch:
    """At most ``limit`` rows that follow ``after``, in the order of the record; where
    there is none, ``wait`` so many seconds for one.

    Raises `NotRecorded` when it cannot be kept that they are read, `NotWhole` when
    there is no such row to go on from, `Full` when too many wait already, and
    `Revoked`.
    """
    _tell(stream, who)
    rows, cursor = rows_after(stream.organization_id, after, limit)
    if wait and not rows:
        with seat(stream.pk):
            rows, cursor = _awaited(stream, cursor, limit, wait)
    own = Stream.objects.filter(pk=stream.pk)
    if not own.update(used_at=timezone.now(), position=cursor, reads=F("reads") + 1):
        raise Revoked
    return Batch(rows, cursor)


def _awaited(
    stream: Stream, cursor: int, limit: int, wait: int
) -> tuple[list[Placed], int]:
    rows: list[Placed] = []
    end = monotonic() + wait
    while not rows and (left := end - monotonic()) > 0:
        sleep(min(PACE, left))
        rows, cursor = rows_after(stream.organization_id, cursor, limit)
    return rows, cursor


def _tell(stream: Stream, who: Who) -> None:
    """The first read, and then one entry an hour that counts the reads since."""
    now, was = timezone.now(), stream.told_at
    if was and now - was < TOLD:
        return
    own = Stream.objects.filter(pk=stream.pk)
    if not own.filter(told_at=was).update(told_at=now):
        return  # somebody who reads beside this tells it
    try:
        note(who, events.STREAM_READ, label=stream.name, object=so_far(stream))
    except NotRecorded:
        own.filter(told_at=now).update(told_at=was)
        raise
    own.update(reads=F("reads") - stream.reads)


def so_far(stream: Stream) -> str:
    """What it read since the record last told of that, for its next entry."""
    return f"{stream.reads} reads before, as far as row {stream.position}"

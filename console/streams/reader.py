"""Read rows for log streams, with long polling.

Few requests of a process may wait, so that pages keep its threads.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from console.models import Stream
from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.integrity.chain_export import RowWithPreviousMac, format_row, read_rows_after
from tenants.audit.recorder import record_event
from tenants.authlete.errors import AuditUnavailableError

MAX_WAITING_REQUESTS = 8  # requests that wait in one process, of its 64 threads
MAX_WAITING_PER_STREAM = 2  # of one token among them
RETRY_AFTER_SECONDS = 10  # seconds until who found no seat should ask again

_waiting: Counter[UUID] = Counter()
_lock = threading.Lock()


class TooManyWaitingError(Exception):
    """As many wait as may."""


@contextmanager
def wait_slot(stream: UUID) -> Iterator[None]:
    """Occupy one of the slots for waiting; raises `TooManyWaitingError`."""
    with _lock:
        if _waiting.total() >= MAX_WAITING_REQUESTS or _waiting[stream] >= MAX_WAITING_PER_STREAM:
            raise TooManyWaitingError
        _waiting[stream] += 1
    try:
        yield
    finally:
        with _lock:
            _waiting[stream] -= 1
            if not _waiting[stream]:
                del _waiting[stream]


READ_LOG_INTERVAL = timedelta(hours=1)  # from one entry about reading to the next
MAX_ROWS = 1000  # rows in one answer
MAX_WAIT_SECONDS = 30  # seconds that an answer without rows may wait for some
POLL_SECONDS = 0.5  # seconds from one look to the next; other processes write rows, too


class StreamRevokedError(Exception):
    """The token was removed meanwhile."""


class StreamBatch:
    """Rows of an organization's audit log, and the next cursor."""

    def __init__(self, rows: list[RowWithPreviousMac], cursor: int) -> None:
        self.rows, self.cursor = rows, cursor

    def lines(self) -> Iterator[str]:
        return (f"{format_row(row, before)}\n" for row, before in self.rows)


def read_rows(stream: Stream, after: int, limit: int, wait: int, actor: Actor) -> StreamBatch:
    """Return up to ``limit`` rows after ``after``; wait up to ``wait`` seconds for one.

    Raises `AuditUnavailableError` if the read can't be logged, `ExportIntegrityError` if the log
    ends before ``after``, `TooManyWaitingError` and `StreamRevokedError`.
    """
    _log_read(stream, actor)
    rows, cursor = read_rows_after(stream.organization_id, after, limit)
    if wait and not rows:
        with wait_slot(stream.pk):
            rows, cursor = _wait_for_rows(stream, cursor, limit, wait)
    streams = Stream.objects.filter(pk=stream.pk)
    if not streams.update(used_at=timezone.now(), reads=F("reads") + 1):
        raise StreamRevokedError
    return StreamBatch(rows, cursor)


def _wait_for_rows(
    stream: Stream, cursor: int, limit: int, wait: int
) -> tuple[list[RowWithPreviousMac], int]:
    rows: list[RowWithPreviousMac] = []
    deadline = monotonic() + wait
    while not rows and (remaining := deadline - monotonic()) > 0:
        sleep(min(POLL_SECONDS, remaining))
        rows, cursor = read_rows_after(stream.organization_id, cursor, limit)
    return rows, cursor


def _log_read(stream: Stream, actor: Actor) -> None:
    """Log the first read, then one entry per hour with the number of reads."""
    now, was = timezone.now(), stream.notified_at
    if was and now - was < READ_LOG_INTERVAL:
        return
    streams = Stream.objects.filter(pk=stream.pk)
    if not streams.filter(notified_at=was).update(notified_at=now):
        return  # another reader of the stream reports it
    try:
        record_event(actor, events.STREAM_READ, label=stream.name, object=describe_reads(stream))
    except AuditUnavailableError:
        streams.filter(notified_at=now).update(notified_at=was)
        raise
    streams.update(reads=F("reads") - stream.reads)


def describe_reads(stream: Stream) -> str:
    """Describe the reads since the last entry, for the audit log."""
    return f"{stream.reads} reads before"

"""Where checkpoints are kept outside of the database, and whether they get there.

While nothing outside knows of the newest rows, whoever owns the database could take
them back unseen. That may last for a while; then nothing is changed any more
(`docs/explanation/decisions/checkpoints.md`).
"""

import fcntl
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import inf
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from tenants.audit.integrity.checkpoints import Checkpoint
from tenants.audit.models import AuditCheckpoint, AuditHead, AuditRecord, CheckpointProgress
from tenants.audit.records import MALFORMED_ERRORS
from tenants.outbound import mail
from tenants.outbound.alerts import alert
from tenants.outbound.safe_http import post

DEFAULT_MAX_LAG_SECONDS = 15 * 60  # seconds, where the setting gives none
MAIL_INTERVAL = timedelta(hours=1)  # from one mail to the next
CACHE_SECONDS = 5.0  # seconds that a verdict serves other calls
MAX_CHECKPOINTS_PER_MESSAGE = 500  # checkpoints in one message
MAX_ROWS_INSPECTED = 50  # rows, among which those of a clock that is ahead are passed over


class AnchorDivergedError(Exception):
    """What is kept outside is not what is kept here: the database was put back."""


@dataclass(frozen=True, slots=True)
class CheckpointSink:
    """One place outside, as ``AUDIT_SINKS`` names it."""

    url: str

    @property
    def kind(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def name(self) -> str:
        """Tells it from others without giving away an address that may be secret."""
        return f"{self.kind} {sha256(self.url.encode()).hexdigest()[:8]}"

    @property
    def path(self) -> Path:
        return Path(urlsplit(self.url).path)


def load_sinks() -> list[CheckpointSink]:
    """Raises `ValueError` for what is no such place."""
    found = [CheckpointSink(url) for url in settings.AUDIT_SINKS]
    for sink in found:
        plain = sink.kind == "http" and settings.INSECURE
        if not (sink.kind in ("file", "mailto", "https") or plain):
            raise ValueError("AUDIT_SINKS accepts file:///path, mailto:address and https:// URLs")
    return found


def deliver_checkpoints() -> None:
    """Bring every place up to date; one that fails keeps no other from it."""
    for sink in load_sinks():
        state, _ = CheckpointProgress.objects.get_or_create(name=sink.name)
        try:
            size = _deliver_to(sink, state)
        except (
            *mail.MAIL_ERRORS,
            httpx.HTTPError,
            AnchorDivergedError,
            ValueError,
        ) as error:
            _save_failure(state, error)
        else:
            if size > state.size:
                state.size, state.sent_at = size, timezone.now()
            state.failed_at, state.error = None, ""
            state.save()


def _save_failure(state: CheckpointProgress, error: Exception) -> None:
    state.failed_at = state.failed_at or timezone.now()
    state.error = f"{type(error).__name__}: {error}"[:200]
    state.save()
    told = "rolled back" if isinstance(error, AnchorDivergedError) else type(error).__name__
    alert("audit.unkept", level=logging.ERROR, sink=state.name, error=told)


def _deliver_to(sink: CheckpointSink, state: CheckpointProgress) -> int:
    """Rows that the place knows of now."""
    if sink.kind == "file":
        return append_to_file(sink.path)
    is_early = (
        sink.kind == "mailto" and state.sent_at and timezone.now() < state.sent_at + MAIL_INTERVAL
    )
    new = list(AuditCheckpoint.objects.filter(size__gt=state.size))[-MAX_CHECKPOINTS_PER_MESSAGE:]
    if is_early or not new:
        return state.size
    lines = [one.line for one in new]
    if sink.kind == "mailto":
        _send_mail(urlsplit(sink.url).path.split(","), lines)
    else:
        _send_post(sink.url, lines)
    return new[-1].size


def append_to_file(path: Path) -> int:
    """Add to a file what it lacks; the size of its last checkpoint.

    A line that was begun, by a worker that was killed or on a disk that was full, is
    gone on with. Raises `OSError`, and `Diverged` where the file knows more, or
    something else.
    """
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        line, begun = _read_tail(path)
        size = _known_size(line)
        new = AuditCheckpoint.objects.filter(size__gt=size)
        for one in new.iterator():
            text = f"{one.line}\n".encode()
            if not text.startswith(begun):
                break
            file.write(text[len(begun) :])
            size, begun = one.size, b""
        if begun:
            raise AnchorDivergedError("the last line of the file is incomplete")
        file.flush()
        os.fsync(file.fileno())
    return size


def _read_tail(path: Path) -> tuple[str, bytes]:
    """The last whole line of a file, and what follows it."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 4096))
        whole, _, begun = file.read().rpartition(b"\n")
    return whole.rpartition(b"\n")[2].decode(errors="replace"), begun


def _known_size(line: str) -> int:
    if not line:
        return 0
    size = Checkpoint.parse(line).size
    if not AuditCheckpoint.objects.filter(size=size, line=line).exists():
        raise AnchorDivergedError(f"the checkpoint of {size} rows is not in this database")
    return size


def _send_mail(to: Sequence[str], lines: Sequence[str]) -> None:
    if not mail.is_enabled():
        raise OSError("EMAIL_URL is not set")
    size = Checkpoint.parse(lines[-1]).size
    text = "\n".join(
        [
            "Keep this message. It proves what Meridian's audit log contained.",
            (
                "To verify the log, save the lines below to a file and run manage.py audit_verify "
                "--anchor FILE."
            ),
            "",
            *lines,
        ]
    )
    digest = sha256(lines[-1].encode()).hexdigest()[:32]
    mail.send(
        to, f"Audit log checkpoint: {size} rows", text, message_id=f"checkpoint-{digest}@meridian"
    )


def _send_post(url: str, lines: Sequence[str]) -> None:
    headers = {"Content-Type": "application/jsonl"}
    body = "".join(f"{line}\n" for line in lines)
    answer = post(url, body.encode(), headers, is_trusted=True)
    if answer.status // 100 != 2:
        raise OSError(f"the sink answered {answer.status}")


def _anchored_size() -> int:
    """How many rows some place outside knows of."""
    names = [sink.name for sink in load_sinks()]
    found = CheckpointProgress.objects.filter(name__in=names).aggregate(Max("size"))
    return found["size__max"] or 0


def _oldest_unanchored_time(size: int, now: datetime) -> datetime | None:
    """When the oldest row after ``size`` was written.

    The clock of who wrote it may be wrong, so rows that are ahead of ``now`` tell
    nothing, and none is older than the checkpoint that it is not in.
    """
    rows = list(AuditRecord.objects.filter(seq__gt=size)[:MAX_ROWS_INSPECTED])
    if not rows:
        return None
    times = (row.written_at for row in rows)
    first = next((at for at in times if at and at <= now), None)
    signed = _signed_at(size)
    if signed is None or signed > now:
        return first
    return max(first, signed) if first else signed


def _signed_at(size: int) -> datetime | None:
    kept = AuditCheckpoint.objects.filter(size=size).first()
    try:
        return Checkpoint.parse(kept.line).signed_at if kept else None
    except MALFORMED_ERRORS:
        return None


def _is_overdue(size: int) -> bool:
    """Whether that is longer ago than may be, by the clock of the database: this
    process' own may be wrong, and would stop it for that alone."""
    heads = AuditHead.objects.annotate(now=Now())
    now = heads.values_list("now", flat=True).first()
    if now is None:
        return False  # nothing can be written then in any case
    since = _oldest_unanchored_time(size, now)
    return since is not None and now - since > _max_lag()


def _max_lag() -> timedelta:
    wait = timedelta(seconds=settings.AUDIT_SINK_PATIENCE or DEFAULT_MAX_LAG_SECONDS)
    mails = all(sink.kind == "mailto" for sink in load_sinks())
    return wait + MAIL_INTERVAL if mails else wait


class _AnchorMonitor:
    """Whether something may be changed, looked up once in a few seconds."""

    def __init__(self) -> None:
        self._cached_until, self._is_blocked = 0.0, False
        self._last_size = sys.maxsize
        self._checked_at = -inf
        # After when more got outside, as far as this process saw: it may have been long
        # before it looked again.
        self._progressed_at = -inf

    def is_overdue(self) -> bool:
        """Whether the newest rows have been known nowhere outside for too long.

        Where some got there lately before the eyes of this process, no clock is asked.
        """
        if not settings.AUDIT_SINKS:
            return False
        before, looked = self._last_size, self._checked_at
        self._last_size, self._checked_at = _anchored_size(), monotonic()
        if self._last_size > before:
            self._progressed_at = looked
        if monotonic() - self._progressed_at < _max_lag().total_seconds():
            return False
        return _is_overdue(self._last_size)

    def blocks_changes(self) -> bool:
        if not (settings.AUDIT_SINKS and settings.AUDIT_SINK_PATIENCE):
            return False
        if monotonic() >= self._cached_until:
            try:
                self._is_blocked = self.is_overdue()
            except (DatabaseError, InterfaceError):
                self._is_blocked = False  # nothing can be written then in any case
            self._cached_until = monotonic() + CACHE_SECONDS
            if self._is_blocked:
                alert("audit.unanchored", level=logging.ERROR)
        return self._is_blocked


anchor_monitor = _AnchorMonitor()

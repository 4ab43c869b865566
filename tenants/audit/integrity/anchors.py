"""Deliver checkpoints to sinks outside the database, and watch their delivery.

Until a sink has a checkpoint of the newest rows, the database owner could delete them
undetected. After a maximum lag, changes are refused (docs/explanation/decisions/checkpoints.md).
"""

import fcntl
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
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
from django.db.models.functions import Now
from django.utils import timezone

from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.integrity.sink_state import is_state_intact, load_state, save_state
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


# Last line that each sink accepted from this process; restoring the database doesn't change it.
_delivered_lines: dict[str, str] = {}


class AnchorDivergedError(Exception):
    """The sink's checkpoints differ from the database's: the database was restored."""


@dataclass(frozen=True, slots=True)
class CheckpointSink:
    """A sink configured in ``AUDIT_SINKS``."""

    url: str

    @property
    def kind(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def name(self) -> str:
        """Return a unique name that doesn't reveal the URL, which may be secret."""
        return f"{self.kind} {sha256(self.url.encode()).hexdigest()[:8]}"

    @property
    def path(self) -> Path:
        return Path(urlsplit(self.url).path)


def load_sinks() -> list[CheckpointSink]:
    """Return the configured sinks; raise `ValueError` for an unsupported URL."""
    sinks = [CheckpointSink(url) for url in settings.AUDIT_SINKS]
    for sink in sinks:
        plain = sink.kind == "http" and settings.INSECURE
        if not (sink.kind in ("file", "mailto", "https") or plain):
            raise ValueError("AUDIT_SINKS accepts file:///path, mailto:address and https:// URLs")
    return sinks


def deliver_checkpoints() -> None:
    """Bring every sink up to date; a failing one doesn't stop the others."""
    for sink in load_sinks():
        state = load_state(sink.name)
        try:
            size = _deliver_to(sink, state)
        except (*mail.MAIL_ERRORS, httpx.HTTPError, AnchorDivergedError, ValueError) as error:
            _save_failure(state, error)
        else:
            if size > state.size:
                state.sent_at = timezone.now()
            state.size = size
            state.failed_at, state.error = None, ""
            save_state(state)


def _save_failure(state: CheckpointProgress, error: Exception) -> None:
    state.failed_at = state.failed_at or timezone.now()
    state.error = f"{type(error).__name__}: {error}"[:200]
    save_state(state)
    reason = "rolled back" if isinstance(error, AnchorDivergedError) else type(error).__name__
    alert("audit.unkept", level=logging.ERROR, sink=state.name, error=reason)


def _deliver_to(sink: CheckpointSink, state: CheckpointProgress) -> int:
    """Deliver new checkpoints and return the number of rows the sink covers."""
    if sink.kind == "file":
        return append_to_file(sink.path)
    is_early = (
        sink.kind == "mailto" and state.sent_at and timezone.now() < state.sent_at + MAIL_INTERVAL
    )
    new = list(AuditCheckpoint.objects.filter(size__gt=state.size))[-MAX_CHECKPOINTS_PER_MESSAGE:]
    if is_early or not new:
        return state.size
    if line := _delivered_lines.get(sink.name):
        _known_size(line)
    lines, size = [checkpoint.line for checkpoint in new], new[-1].size
    if sink.kind == "mailto":
        _send_mail(urlsplit(sink.url).path.split(","), lines)
    else:
        size = _send_post(sink.url, lines)
    _delivered_lines[sink.name] = AuditCheckpoint.objects.get(size=size).line
    return size


def is_rolled_back() -> bool:
    """Return whether a sink has a checkpoint that this database lacks.

    Reads the last line of files; for other sinks, what a worker last heard from them counts.
    """
    return any(
        load_state(sink.name).error.startswith(AnchorDivergedError.__name__)
        or (sink.kind == "file" and _has_newer_checkpoint(sink.path))
        for sink in load_sinks()
    )


def _has_newer_checkpoint(path: Path) -> bool:
    with suppress(OSError, *MALFORMED_ERRORS):
        try:
            _known_size(_read_tail(path)[0])
        except AnchorDivergedError:
            return True
    return False


def append_to_file(path: Path) -> int:
    """Append missing checkpoints to a file and return the size of the last one.

    Completes a partial last line, left by a killed worker or a full disk. Raises `OSError`, and
    `AnchorDivergedError` if the file has other or newer checkpoints than the database.
    """
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        line, partial_line = _read_tail(path)
        size = _known_size(line)
        new = AuditCheckpoint.objects.filter(size__gt=size)
        for checkpoint in new.iterator():
            text = f"{checkpoint.line}\n".encode()
            if not text.startswith(partial_line):
                break
            file.write(text[len(partial_line) :])
            size, partial_line = checkpoint.size, b""
        if partial_line:
            raise AnchorDivergedError("the last line of the file is incomplete")
        file.flush()
        os.fsync(file.fileno())
    return size


def _read_tail(path: Path) -> tuple[str, bytes]:
    """Return the last complete line of a file and what follows it."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 4096))
        complete_lines, _, partial_line = file.read().rpartition(b"\n")
    return complete_lines.rpartition(b"\n")[2].decode(errors="replace"), partial_line


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
            (
                "The first line continues the checkpoint with the digest "
                f"{Checkpoint.parse(lines[0]).previous} (zeros: there was none). If you never "
                "got that checkpoint, or already got another one that continues it, the log was "
                "restored from an older copy or rewritten."
            ),
            "",
            *lines,
        ]
    )
    digest = sha256(lines[-1].encode()).hexdigest()[:32]
    mail.send(
        to, f"Audit log checkpoint: {size} rows", text, message_id=f"checkpoint-{digest}@meridian"
    )


def _send_post(url: str, lines: Sequence[str]) -> int:
    """Post checkpoints and return the number of rows that the receiver's last one covers.

    A receiver whose last line the first one doesn't continue answers 409 with its last line.
    Raises `AnchorDivergedError` if that line isn't in the database.
    """
    headers = {"Content-Type": "application/jsonl"}
    body = "".join(f"{line}\n" for line in lines)
    answer = post(url, body.encode(), headers, is_trusted=True)
    last_line = lines[-1]
    if answer.status == httpx.codes.CONFLICT:
        last_line = answer.text.rstrip().rpartition("\n")[2]
        _known_size(last_line)
    elif answer.status // 100 != 2:
        raise OSError(f"the sink answered {answer.status}")
    return Checkpoint.parse(last_line).size


def _anchored_size() -> int:
    """Return the number of rows covered by any sink."""
    names = [sink.name for sink in load_sinks()]
    states = CheckpointProgress.objects.filter(name__in=names)
    return max((state.size for state in states if is_state_intact(state)), default=0)


def _oldest_unanchored_time(size: int, now: datetime) -> datetime | None:
    """Return when the oldest row after ``size`` was written.

    Rows dated after ``now`` (wrong clocks) are ignored, and no row counts as older than the last
    checkpoint before it.
    """
    rows = list(AuditRecord.objects.filter(seq__gt=size)[:MAX_ROWS_INSPECTED])
    if not rows:
        return None
    times = (row.written_at for row in rows)
    first = next((time for time in times if time and time <= now), None)
    signed = _signed_at(size)
    if signed is None or signed > now:
        return first
    return max(first, signed) if first else signed


def _signed_at(size: int) -> datetime | None:
    checkpoint = AuditCheckpoint.objects.filter(size=size).first()
    try:
        return Checkpoint.parse(checkpoint.line).signed_at if checkpoint else None
    except MALFORMED_ERRORS:
        return None


def _is_overdue(size: int) -> bool:
    """Return whether unanchored rows exceed the maximum lag, by the database's clock."""
    heads = AuditHead.objects.annotate(now=Now())
    now = heads.values_list("now", flat=True).first()
    if now is None:
        return False  # nothing can be written then in any case
    oldest = _oldest_unanchored_time(size, now)
    return oldest is not None and now - oldest > _max_lag()


def _max_lag() -> timedelta:
    wait = timedelta(seconds=settings.AUDIT_SINK_PATIENCE or DEFAULT_MAX_LAG_SECONDS)
    mails = all(sink.kind == "mailto" for sink in load_sinks())
    return wait + MAIL_INTERVAL if mails else wait


class _AnchorMonitor:
    """Decides whether changes are blocked; the result is cached for a few seconds."""

    def __init__(self) -> None:
        self._cached_until, self._is_blocked = 0.0, False
        self._last_size = sys.maxsize
        self._checked_at = -inf
        # After when more got outside, as far as this process saw: it may have been long
        # before it looked again.
        self._progressed_at = -inf

    def is_overdue(self) -> bool:
        """Return whether the newest rows have been unanchored for too long.

        As long as this process sees progress, no clock is compared.
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

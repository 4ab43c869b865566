"""Log formatting, and alerts by mail."""

import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from queue import Full, Queue
from threading import Thread
from time import monotonic
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connections
from django.utils.translation import gettext as _

from tenants.outbound import mail

SECRET_URL = re.compile(
    r"(/accounts/invitation/"  # valid for INVITATION_HOURS
    r"|/told/batches/[^/\s?]+/[^/\s?]+/[^/\s?]+/)[^/\s?]+"
)


PLAIN_WORD = re.compile(r"[\w./:@+-]+", re.ASCII)
EXPECTED_ERRORS = ("django.security.DisallowedHost",)  # a line says enough


def mask_secret_urls(text: str) -> str:
    """Mask the token in links of invitations, and in Authlete's callback addresses."""
    return SECRET_URL.sub(r"\1hidden", text)


class JSONFormatter(logging.Formatter):
    """Format a record as one JSON object in one line of printable ASCII.

    An alert or an access entry has members of its own instead of a message.
    """

    def format(self, record: logging.LogRecord) -> str:
        return _to_ascii(self.build_entry(record))

    def build_entry(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return the members of the line, in their order."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        if request_id := getattr(getattr(record, "request", None), "page_id", ""):
            entry["request_id"] = request_id
        fields = getattr(record, "alert", None) or getattr(record, "access", None)
        entry |= fields or {"message": record.getMessage()}
        if record.exc_info and record.name not in EXPECTED_ERRORS:
            entry["traceback"] = self.formatException(record.exc_info)
        for name, value in entry.items():
            if isinstance(value, str):
                entry[name] = mask_secret_urls(value)
        return entry


class TextFormatter(JSONFormatter):
    """Format the same members for people, as printable ASCII; tracebacks take several lines."""

    def format(self, record: logging.LogRecord) -> str:
        entry = self.build_entry(record)
        traceback = str(entry.pop("traceback", "")).splitlines()
        head = [str(entry.pop(name)) for name in ("time", "level", "logger")]
        if "message" in entry:
            head.append(_escape(str(entry.pop("message"))))
        pairs = [f"{name}={_quote(value)}" for name, value in entry.items()]
        return "\n".join([" ".join([*head, *pairs]), *(f"  {_escape(line)}" for line in traceback)])


FORMATTERS = {"json": JSONFormatter, "text": TextFormatter}


def _to_ascii(value: object) -> str:
    """Return JSON in one line of printable ASCII."""
    return json.dumps(value, default=str).replace("\x7f", "\\u007f")


def _escape(text: str) -> str:
    return _to_ascii(text)[1:-1].replace('\\"', '"')


def _quote(value: object) -> str:
    """Return a value as it is if it is a plain word, or as JSON."""
    text = str(value)
    return text if PLAIN_WORD.fullmatch(text) else _to_ascii(value)


REPEAT_AFTER_SECONDS = 24 * 60 * 60  # seconds until the same is mailed again
MAILING_LOCK_SECONDS = 2 * 60  # seconds that one process has for mailing it
SHUTDOWN_WAIT_SECONDS = 15.0  # seconds that a process that ends waits for its mails
MAILED_FIELDS = ("sink", "row", "error")  # members that go into a mail

logger = logging.getLogger(__name__)


class AlertMailHandler(logging.Handler):
    """Mail each alert of level error from a thread, so that no caller waits for a mail server."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._queue: Queue[str] = Queue(100)
        self._thread: Thread | None = None
        self._mailed_at: dict[str, float] = {}  # by this process, and when

    def emit(self, record: logging.LogRecord) -> None:
        if not settings.ALERT_MAIL:
            return
        with suppress(Full):
            self._queue.put_nowait(record.getMessage())
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._run, name="alert mails", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Wait for what is still to be mailed, but not for long."""
        is_written = self._queue.all_tasks_done
        with is_written:
            is_written.wait_for(lambda: not self._queue.unfinished_tasks, SHUTDOWN_WAIT_SECONDS)

    def _run(self) -> None:
        while True:
            text = self._queue.get()
            try:
                self._mail_once(json.loads(text))
            except Exception:
                logger.exception("an alert was not mailed; it is in the log")
            finally:
                connections.close_all()
                self._queue.task_done()

    def _mail_once(self, alert: Mapping[str, Any]) -> None:
        """Mail it, unless this process or another has done so lately."""
        key = f"alert-mailed:{alert['event']}:{alert.get('sink', '')}".replace(" ", "-")
        if monotonic() - self._mailed_at.get(
            key, -REPEAT_AFTER_SECONDS
        ) < REPEAT_AFTER_SECONDS or not _claim_mailing(key):
            return
        try:
            _send(alert)
        except mail.MAIL_ERRORS:
            _release_mailing(key)
            raise
        self._mailed_at[key] = monotonic()
        _mark_mailed(key)


def _claim_mailing(key: str) -> bool:
    """Return whether no process has mailed the alert lately or is mailing it.

    If the cache is unavailable, return True: a duplicate is better than no mail.
    """
    try:
        # What cannot be kept is not there either: a full disk is no word of another.
        return cache.add(key, "yes", MAILING_LOCK_SECONDS) or cache.get(key) is None
    except (DatabaseError, InterfaceError):
        return True


def _mark_mailed(key: str) -> None:
    """Remember that an alert was mailed; call it after the mail server accepted the mail."""
    with suppress(DatabaseError, InterfaceError):
        cache.set(key, "yes", REPEAT_AFTER_SECONDS)


def _release_mailing(key: str) -> None:
    with suppress(DatabaseError, InterfaceError):
        cache.delete(key)


def _send(alert: Mapping[str, Any]) -> None:
    lines = [f"{name}: {alert[name]}" for name in ("event", *MAILED_FIELDS) if name in alert]
    text = [
        _("Meridian needs attention."),
        "",
        *lines,
        *([settings.CONSOLE_URL] if settings.CONSOLE_URL else []),
        "",
        _("See Alerts in docs/how-to/monitor.md. Details are in the log."),
        _("Further alerts of this kind in the next 24 hours are only logged."),
    ]
    mail.send(
        settings.ALERT_MAIL,
        f"Meridian: {alert['event']}",
        "\n".join(text),
        message_id=f"alert-{uuid4()}@meridian",
    )

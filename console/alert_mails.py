"""Mailing what somebody on duty should hear of at once, beside the log."""

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from queue import Full, Queue
from threading import Thread
from time import monotonic
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connections
from django.utils.translation import gettext as _

from tenants import mail

AGAIN = 24 * 60 * 60  # seconds until the same is mailed again
TURN = 2 * 60  # seconds that one process has for mailing it
LAST = 15.0  # seconds that a process that ends waits for its mails
TOLD = ("sink", "row", "error")  # members that go into a mail

log = logging.getLogger(__name__)


class Mails(logging.Handler):
    """Mails each alert that is an error, from a thread of its own: whoever raises one
    waits for no mail server."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._waiting: Queue[str] = Queue(100)
        self._thread: Thread | None = None
        self._mailed: dict[str, float] = {}  # by this process, and when

    def emit(self, record: logging.LogRecord) -> None:
        if not settings.ALERT_MAIL:
            return
        with suppress(Full):
            self._waiting.put_nowait(record.getMessage())
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._run, name="alert mails", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Wait for what is still to be mailed, but not for long."""
        done = self._waiting.all_tasks_done
        with done:
            done.wait_for(lambda: not self._waiting.unfinished_tasks, LAST)

    def _run(self) -> None:
        while True:
            told = self._waiting.get()
            try:
                self._tell(json.loads(told))
            except Exception:
                log.exception("an alert was not mailed; it is in the log")
            finally:
                connections.close_all()
                self._waiting.task_done()

    def _tell(self, told: Mapping[str, Any]) -> None:
        """Mail it, unless this process or another has done so lately."""
        what = f"alert-mailed:{told['event']}:{told.get('sink', '')}".replace(" ", "-")
        if monotonic() - self._mailed.get(what, -AGAIN) < AGAIN or not _first(what):
            return
        try:
            _send(told)
        except mail.FAILURES:
            _forget(what)
            raise
        self._mailed[what] = monotonic()
        _keep(what)


def _first(what: str) -> bool:
    """Whether no process has mailed it lately or is at it; where that cannot be asked,
    it may have been, but is better told twice."""
    try:
        # What cannot be kept is not there either: a full disk is no word of another.
        return cache.add(what, "yes", TURN) or cache.get(what) is None
    except (DatabaseError, InterfaceError):
        return True


def _keep(what: str) -> None:
    """Only now: a process may end before the mail server has taken anything."""
    with suppress(DatabaseError, InterfaceError):
        cache.set(what, "yes", AGAIN)


def _forget(what: str) -> None:
    with suppress(DatabaseError, InterfaceError):
        cache.delete(what)


def _send(told: Mapping[str, Any]) -> None:
    lines = [f"{name}: {told[name]}" for name in ("event", *TOLD) if name in told]
    text = [
        _("Somebody who runs the console should look at this."),
        "",
        *lines,
        *([settings.CONSOLE_URL] if settings.CONSOLE_URL else []),
        "",
        _("What it means stands in docs/operating.md under Alerts; the log has more."),
        _("Whatever else of its kind comes within 24 hours is in the log alone."),
    ]
    mail.send(
        settings.ALERT_MAIL,
        f"Meridian: {told['event']}",
        "\n".join(text),
        message_id=f"alert-{uuid4()}@meridian",
    )

"""Requests that live servers are answering in their threads."""

from threading import Condition, Thread, current_thread, main_thread
from time import monotonic

from django.core.signals import request_finished, request_started

TIMEOUT_SECONDS = 20.0  # seconds; what takes longer is left alone

_changed = Condition()
_threads: set[Thread] = set()


def _on_request_started(**_: object) -> None:
    if current_thread() is not main_thread():
        with _changed:
            _threads.add(current_thread())


def _on_request_finished(**_: object) -> None:
    with _changed:
        _threads.discard(current_thread())
        _changed.notify_all()


request_started.connect(_on_request_started)
request_finished.connect(_on_request_finished)


def wait_for_live_requests() -> None:
    """Wait until no request is being answered, at most ``TIMEOUT_SECONDS``."""
    until = monotonic() + TIMEOUT_SECONDS
    with _changed:
        while any(thread.is_alive() for thread in _threads) and monotonic() < until:
            _changed.wait(0.1)
        _threads.clear()

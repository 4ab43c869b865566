"""Serialize one process's writes to SQLite.

SQLite allows one writer at a time and lets others poll in no order, so threads queue here first.
PostgreSQL needs no queue.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from django.db import connection

MAX_WAIT_SECONDS = 5.0  # seconds, as SQLite has; then it is tried out of turn
_write_lock = RLock()


@contextmanager
def exclusive_write() -> Iterator[None]:
    """Write while no other thread of this process does."""
    has_lock = connection.vendor == "sqlite" and _write_lock.acquire(timeout=MAX_WAIT_SECONDS)
    try:
        yield
    finally:
        if has_lock:
            _write_lock.release()


def serialize_writes(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Serialize writing statements, as an ``execute_wrapper`` of a connection."""
    if connection.in_atomic_block or sql.startswith("SELECT"):
        return execute(sql, params, many, context)
    with exclusive_write():
        return execute(sql, params, many, context)


def _reset_after_fork() -> None:
    """Reset the lock; a forked child has none of the threads that held it."""
    global _write_lock
    _write_lock = RLock()


os.register_at_fork(after_in_child=_reset_after_fork)

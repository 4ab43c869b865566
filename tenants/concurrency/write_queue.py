"""Writes of one process to SQLite, one after the other.

SQLite lets one connection write at a time, and has the others look again after pauses
of up to a tenth of a second, in no order: of many threads that write most wait for a
moment, and some for seconds. So the threads of a process queue here first. PostgreSQL
locks rows, and nobody queues.
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
    mine = connection.vendor == "sqlite" and _write_lock.acquire(timeout=MAX_WAIT_SECONDS)
    try:
        yield
    finally:
        if mine:
            _write_lock.release()


def serialize_writes(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Have every statement that writes wait for its turn, as an `execute_wrapper` of a
    connection; a transaction has the database to itself once it has begun."""
    if connection.in_atomic_block or sql.startswith("SELECT"):
        return execute(sql, params, many, context)
    with exclusive_write():
        return execute(sql, params, many, context)


def _reset_after_fork() -> None:
    """A forked child has none of the threads that may have had the turn."""
    global _write_lock
    _write_lock = RLock()


os.register_at_fork(after_in_child=_reset_after_fork)

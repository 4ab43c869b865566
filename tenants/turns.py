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

PATIENCE = 5.0  # seconds, as SQLite has; then it is tried out of turn
_turn = RLock()


@contextmanager
def turn() -> Iterator[None]:
    """Write while no other thread of this process does."""
    mine = connection.vendor == "sqlite" and _turn.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if mine:
            _turn.release()


def in_turn(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Have every statement that writes wait for its turn, as an `execute_wrapper` of a
    connection; a transaction has the database to itself once it has begun."""
    if connection.in_atomic_block or sql.startswith("SELECT"):
        return execute(sql, params, many, context)
    with turn():
        return execute(sql, params, many, context)


def _start_over() -> None:
    """A forked child has none of the threads that may have had the turn."""
    global _turn
    _turn = RLock()


os.register_at_fork(after_in_child=_start_over)

"""What a worker does now and then, beside its jobs, such as erasing what is too old.

A chore is quick, harmless to repeat, and to be done by several workers at once.
"""

import logging
from collections.abc import Callable

from django.db import DatabaseError

log = logging.getLogger(__name__)

type Chore = Callable[[], object]

_chores: list[Chore] = []


def chore[C: Chore](function: C) -> C:
    """Have the workers do this every minute."""
    _chores.append(function)
    return function


def do() -> None:
    """Do all of them; one that fails keeps no other from being done."""
    for one in _chores:
        try:
            one()
        except DatabaseError:
            raise
        except Exception:
            log.exception("a chore of the worker failed")

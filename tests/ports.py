"""Ports for programs that are told theirs before they listen."""

import os
import socket

# Below those that a system hands out by itself: none of them is taken by a connection
# that somebody opens before the program listens.
FIRST, LAST = 20_000, 32_000


def free(count=1):
    """The first of so many free ports in a row; processes that ask at the same time
    begin to look in different places."""
    apart = (LAST - FIRST) // 20
    begin = FIRST + os.getpid() % apart * 20
    for first in [*range(begin, LAST, count), *range(FIRST, begin, count)]:
        if all(map(_is_free, range(first, first + count))):
            return first
    raise AssertionError("no free ports")


def _is_free(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True

"""Free ports, and whether a server has answered everything."""

import os
import socket
from pathlib import Path

# Below those that a system hands out by itself: none of them is taken by a connection
# that somebody opens before the program listens.
FIRST, LAST = 20_000, 32_000
PORTS_PER_PROCESS = 60


def find_free_port(count=1):
    """Return the first of ``count`` free ports in a row.

    Processes that ask at the same time begin at different ports.
    """
    apart = (LAST - FIRST) // PORTS_PER_PROCESS
    begin = FIRST + os.getpid() % apart * PORTS_PER_PROCESS
    for first in [*range(begin, LAST, count), *range(FIRST, begin, count)]:
        if all(map(_is_port_free, range(first, first + count))):
            return first
    raise AssertionError("no free ports")


def _is_port_free(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


TCP_TABLE = Path("/proc/net/tcp")
# Of the server's end, and of the other one: something is still on its way.
SYN_RECV, CLOSE_WAIT = "03", "08"
FIN_WAIT1, FIN_WAIT2 = "04", "05"


def all_requests_answered(port):
    """Return whether the server on ``port`` answered all requests of clients that are gone.

    True once it has closed every connection whose other end is closed, and none waits
    to be accepted.
    """
    rows = [row.split() for row in TCP_TABLE.read_text().splitlines()[1:]]
    place = f":{port:04X}"
    return not any(
        (local.endswith(place) and state in (SYN_RECV, CLOSE_WAIT))
        or (remote.endswith(place) and state in (FIN_WAIT1, FIN_WAIT2))
        for _, local, remote, state, *_ in rows
    )

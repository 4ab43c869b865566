"""Whether a server of this process has answered all that was sent by who is gone."""

from pathlib import Path

SOCKETS = Path("/proc/net/tcp")
# Of the server's end, and of the other one: something is still on its way.
SYN_RECV, CLOSE_WAIT = "03", "08"
FIN_WAIT1, FIN_WAIT2 = "04", "05"


def is_heard(port):
    """Whether all that was sent by who is gone was read and answered: the server has
    closed every connection whose other end is closed, and none waits to be taken."""
    rows = [row.split() for row in SOCKETS.read_text().splitlines()[1:]]
    place = f":{port:04X}"
    return not any(
        (local.endswith(place) and state in (SYN_RECV, CLOSE_WAIT))
        or (remote.endswith(place) and state in (FIN_WAIT1, FIN_WAIT2))
        for _, local, remote, state, *_ in rows
    )

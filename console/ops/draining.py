"""Whether the web server is stopping: one byte that its processes share."""

import mmap

_flag = mmap.mmap(-1, 1)  # anonymous; forked processes share it


def start_draining() -> None:
    """Turn ``/readyz`` red in all processes of this server."""
    _flag[0] = 1


def is_draining() -> bool:
    """Return whether the server is about to stop."""
    return _flag[0] == 1

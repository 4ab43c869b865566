"""DNS lookups with a timeout.

The system's resolver has no timeout and may block for 30 seconds. So each lookup runs in a
thread, which all callers that look up the same name share.
"""

import os
import socket
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread

_pending_lookups: dict[tuple[str, int], Future[list[str]]] = {}
_lock = Lock()


def resolve_host(host: str, port: int, timeout_seconds: float) -> list[str]:
    """Return the addresses of ``host`` in the order in which to try them.

    Raises `OSError`, or `TimeoutError` after ``timeout_seconds``.
    """
    try:
        return [str(ip_address(host.strip("[]")))]
    except ValueError:
        return _start_or_join_lookup((host, port)).result(timeout_seconds)


def _start_or_join_lookup(name: tuple[str, int]) -> Future[list[str]]:
    with _lock:
        if name not in _pending_lookups:
            _pending_lookups[name] = Future()
            Thread(target=_run_lookup, args=[name], daemon=True).start()
        return _pending_lookups[name]


def _run_lookup(name: tuple[str, int]) -> None:
    result: list[str] | OSError
    try:
        infos = socket.getaddrinfo(*name, type=socket.SOCK_STREAM)
        result = list(dict.fromkeys(str(address[0]) for *_, address in infos))
    except (OSError, UnicodeError) as error:
        result = error if isinstance(error, OSError) else OSError("not a host name")
    with _lock:
        future = _pending_lookups.pop(name, None)
    match future, result:
        case Future(), OSError():
            future.set_exception(result)
        case Future(), list():
            future.set_result(result)


def _reset_after_fork() -> None:
    """Drop the lookups of the parent process, whose threads a child does not have."""
    global _lock
    _lock = Lock()
    _pending_lookups.clear()


os.register_at_fork(after_in_child=_reset_after_fork)

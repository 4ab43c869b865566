"""Names to addresses, within a deadline.

The system's resolver takes no timeout and may block for half a minute. So it runs
in a thread of its own: one for each name at a time, however many wait for it.
"""

import os
import socket
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread

_pending_lookups: dict[tuple[str, int], Future[list[str]]] = {}
_lock = Lock()


def resolve_host(host: str, port: int, timeout_seconds: float) -> list[str]:
    """The addresses of ``host``, in the order to try them.

    Raises `OSError`, or `TimeoutError` when there is no answer in time.
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
    found: list[str] | OSError
    try:
        told = socket.getaddrinfo(*name, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(str(address[0]) for *_, address in told))
    except (OSError, UnicodeError) as error:
        found = error if isinstance(error, OSError) else OSError("not a host name")
    with _lock:
        answer = _pending_lookups.pop(name, None)
    match answer, found:
        case Future(), OSError():
            answer.set_exception(found)
        case Future(), list():
            answer.set_result(found)


def _reset_after_fork() -> None:
    """A forked child has none of its parent's threads to wait for."""
    global _lock
    _lock = Lock()
    _pending_lookups.clear()


os.register_at_fork(after_in_child=_reset_after_fork)

"""Names to addresses, within a deadline.

The system's resolver takes no timeout and may block for half a minute. So it runs
in a thread of its own: one for each name at a time, however many wait for it.
"""

import os
import socket
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread

_asked: dict[tuple[str, int], Future[list[str]]] = {}
_lock = Lock()


def addresses(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of ``host``, in the order to try them.

    Raises `OSError`, or `TimeoutError` when there is no answer in time.
    """
    try:
        return [str(ip_address(host.strip("[]")))]
    except ValueError:
        return _answer_for((host, port)).result(seconds)


def _answer_for(name: tuple[str, int]) -> Future[list[str]]:
    with _lock:
        if name not in _asked:
            _asked[name] = Future()
            Thread(target=_look_up, args=[name], daemon=True).start()
        return _asked[name]


def _look_up(name: tuple[str, int]) -> None:
    found: list[str] | OSError
    try:
        told = socket.getaddrinfo(*name, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(str(address[0]) for *_, address in told))
    except (OSError, UnicodeError) as error:
        found = error if isinstance(error, OSError) else OSError("not a host name")
    with _lock:
        answer = _asked.pop(name, None)
    match answer, found:
        case Future(), OSError():
            answer.set_exception(found)
        case Future(), list():
            answer.set_result(found)


def _start_over() -> None:
    """A forked child has none of its parent's threads to wait for."""
    global _lock
    _lock = Lock()
    _asked.clear()


os.register_at_fork(after_in_child=_start_over)

"""Sockets that keep to one deadline."""

import logging
import os
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread

import httpcore
import httpx

from tenants.authlete.transport.deadline import Deadline

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


WRITE_CHUNK_BYTES = 16_384  # the deadline is checked before each chunk

for _name in ("httpx", "httpcore"):  # they log paths and headers, secrets included
    logging.getLogger(_name).setLevel(logging.WARNING)


class DeadlineStream(httpcore.NetworkStream):
    """A socket on which no operation outlasts the deadline of the current call."""

    def __init__(self, stream: httpcore.NetworkStream, backend: "DeadlineNetworkBackend") -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read up to ``max_bytes``."""
        if not (remaining := self._backend.deadline.remaining(timeout)):
            raise httpcore.ReadTimeout("the deadline has passed")
        return self._stream.read(max_bytes, remaining)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``."""
        for start in range(0, len(buffer), WRITE_CHUNK_BYTES):
            if not (remaining := self._backend.deadline.remaining(timeout)):
                raise httpcore.WriteTimeout("the deadline has passed")
            self._stream.write(buffer[start : start + WRITE_CHUNK_BYTES], remaining)

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Return the stream with TLS."""
        remaining = self._backend.deadline.remaining(timeout) or 0.001
        return DeadlineStream(
            self._stream.start_tls(ssl_context, server_hostname, remaining), self._backend
        )

    def get_extra_info(self, info: str) -> object:
        """Return what httpcore asks about the socket."""
        return self._stream.get_extra_info(info)


class DeadlineNetworkBackend(httpcore.SyncBackend):
    """A network backend with one deadline for all operations of a call.

    httpx has a timeout for each operation, which a server that sends slowly never reaches.
    """

    deadline = Deadline(0)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of ``host`` that accepts."""
        limit = Deadline(self.deadline.remaining(timeout))
        addresses = self.resolve(host, port, limit)
        for attempts_left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            # httpcore takes the name for SNI and the certificate check from the request.
            seconds = limit.remaining() / attempts_left or 0.001
            try:
                stream = super().connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if attempts_left == 1:
                    raise
            else:
                return DeadlineStream(stream, self)
        raise httpcore.ConnectError("the name has no address")

    def resolve(self, host: str, port: int, deadline: Deadline) -> list[str]:
        """Return the addresses that may be connected to."""
        try:
            return resolve_host(host, port, deadline.remaining())
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not found in time") from error
        except OSError as error:
            raise httpcore.ConnectError("the name was not found") from error


class SingleConnectionTransport(httpx.HTTPTransport):
    """An httpx transport with one connection, kept open for ``idle_seconds``."""

    def __init__(
        self, network: DeadlineNetworkBackend, idle_seconds: float, ssl_context: ssl.SSLContext
    ) -> None:
        super().__init__(verify=ssl_context, trust_env=False)
        # httpx has no argument for the network backend, httpcore has one.
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=idle_seconds,
            retries=0,
            network_backend=network,
        )

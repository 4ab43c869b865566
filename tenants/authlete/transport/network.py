"""The socket under a connection: one TLS context, and one deadline for every wait."""

import logging
import ssl
from collections.abc import Iterable
from functools import cache

import httpcore
import httpx

from tenants.authlete.transport.deadline import Deadline
from tenants.authlete.transport.resolver import resolve_host

WRITE_CHUNK_BYTES = 16_384  # bytes written between two looks at the clock

for _name in ("httpx", "httpcore"):  # they log paths and headers, secrets included
    logging.getLogger(_name).setLevel(logging.WARNING)


class DeadlineStream(httpcore.NetworkStream):
    """A socket on which no wait outlives the deadline of the call in hand."""

    def __init__(self, stream: httpcore.NetworkStream, backend: "DeadlineNetworkBackend") -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not (left := self._backend.deadline.remaining(timeout)):
            raise httpcore.ReadTimeout("the deadline has passed")
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_CHUNK_BYTES):
            if not (left := self._backend.deadline.remaining(timeout)):
                raise httpcore.WriteTimeout("the deadline has passed")
            self._stream.write(buffer[start : start + WRITE_CHUNK_BYTES], left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._backend.deadline.remaining(timeout) or 0.001
        return DeadlineStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._backend
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class DeadlineNetworkBackend(httpcore.SyncBackend):
    """httpx limits each wait; this limits all of them together, slow drips too."""

    deadline = Deadline(0)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        limit = Deadline(self.deadline.remaining(timeout))
        found = self.resolve(host, port, limit)
        for left, address in zip(range(len(found), 0, -1), found, strict=True):
            # The name stays where it matters, in SNI and in the check of the
            # certificate: httpcore takes it from the request.
            share = limit.remaining() / left or 0.001
            try:
                stream = super().connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
            else:
                return DeadlineStream(stream, self)
        raise httpcore.ConnectError("the name has no address")

    def resolve(self, host: str, port: int, deadline: Deadline) -> list[str]:
        """What a name stands for; a connection goes to one of these alone."""
        try:
            return resolve_host(host, port, deadline.remaining())
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not found in time") from error
        except OSError as error:
            raise httpcore.ConnectError("the name was not found") from error


class SingleConnectionTransport(httpx.HTTPTransport):
    """One connection of httpx, over a `Network` that keeps the deadline.

    It may be idle for ``idle`` seconds between two requests.
    """

    def __init__(
        self,
        network: DeadlineNetworkBackend,
        idle_seconds: float,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        ssl_context = ssl_context or get_ssl_context()
        super().__init__(verify=ssl_context, trust_env=False)
        # httpx has no argument for the network; httpcore has, and all else httpx
        # does with its pool stays. `test_connections` fails should it move.
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=idle_seconds,
            retries=0,
            network_backend=network,
        )


@cache
def get_ssl_context() -> ssl.SSLContext:
    """One for all: making it reads every root certificate, 20 ms."""
    return httpx.create_ssl_context(trust_env=False)

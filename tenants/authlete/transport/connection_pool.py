"""Connections to one region, leased one at a time.

A stack of httpx transports, each of one connection: httpx's own pool collapses from
64 connections on (see `docs/reference/performance.md`), and a pool does not say
how long a connection has been idle, on which the safety of a mutation depends.
"""

import os
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from hashlib import sha256
from threading import BoundedSemaphore, Lock
from time import monotonic

import httpx

from tenants.authlete.errors import CredentialCircuitOpenError, PoolTimeoutError
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.transport.circuit_breaker import (
    CircuitBreaker,
    is_credential_failure,
    is_region_failure,
)
from tenants.authlete.transport.deadline import Deadline
from tenants.authlete.transport.network import (
    DeadlineNetworkBackend,
    SingleConnectionTransport,
)

CONNECT_TIMEOUT_SECONDS = 3.0  # seconds
IDLE_TIMEOUT_SECONDS = 45.0  # seconds an unused connection is kept
MAX_IDLE_SECONDS_FOR_WRITES = 2.0  # seconds a connection may have been unused to carry a mutation
MAX_CONNECTIONS_PER_REGION = 256  # connections to a region, from one process
MAX_CREDENTIAL_BREAKERS = 1000  # credentials whose failures are remembered

type TransportFactory = Callable[[], httpx.BaseTransport]


class PooledConnection:
    """One leased connection.

    It is an httpx transport without the client around it: what a client would add
    (cookies, redirects, the environment's proxies) is what must not happen here.
    """

    def __init__(
        self,
        transport_factory: TransportFactory | None,
        ssl_context: ssl.SSLContext | None,
    ) -> None:
        self._network = DeadlineNetworkBackend()
        self.transport = (
            transport_factory()
            if transport_factory
            else SingleConnectionTransport(self._network, IDLE_TIMEOUT_SECONDS, ssl_context)
        )
        self.idle_since = monotonic()

    def set_deadline(self, deadline: Deadline) -> None:
        self._network.deadline = deadline

    def idle_seconds(self) -> float:
        """Seconds since it was last used."""
        return monotonic() - self.idle_since


class ConnectionPool:
    """The connections of this process to one region, the last used on top."""

    def __init__(
        self,
        base_url: str,
        *,
        max_connections: int = MAX_CONNECTIONS_PER_REGION,
        transport_factory: TransportFactory | None = None,
        ssl_context: ssl.SSLContext | None = None,  # tests: another set of authorities
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.circuit_breaker = CircuitBreaker(self.base_url, is_region_failure)
        self._transport_factory = transport_factory
        self._ssl_context = ssl_context
        self._credential_breakers: dict[bytes, CircuitBreaker] = {}
        self._breakers_lock = Lock()
        self._available = BoundedSemaphore(max_connections)
        self._idle: list[PooledConnection] = []  # append and pop are atomic

    @contextmanager
    def lease(self, deadline: Deadline, *, fresh: bool) -> Generator[PooledConnection]:
        """A connection to use alone; a ``fresh`` one cannot have gone stale.

        Raises `Busy` when none gets free in time. A connection on which anything
        went wrong is closed and never used again.
        """
        if not self._available.acquire(timeout=deadline.remaining()):
            raise PoolTimeoutError(Message(_("Every connection to this region is in use.")))
        try:
            line = self._take_idle_or_open(
                MAX_IDLE_SECONDS_FOR_WRITES if fresh else IDLE_TIMEOUT_SECONDS
            )
            line.set_deadline(deadline)
            try:
                yield line
            except BaseException:
                line.transport.close()
                raise
            line.idle_since = monotonic()
            self._idle.append(line)
        finally:
            self._available.release()

    def _take_idle_or_open(self, max_idle_seconds: float) -> PooledConnection:
        with suppress(IndexError):
            line = self._idle.pop()
            if line.idle_seconds() <= max_idle_seconds:
                return line
            line.transport.close()
            if (
                line.idle_seconds() > IDLE_TIMEOUT_SECONDS
            ):  # and so are all below, left for longer still
                self.close()
        return PooledConnection(self._transport_factory, self._ssl_context)

    def get_credential_breaker(self, credential: str) -> CircuitBreaker:
        """The breaker of one credential, known by its digest."""
        mark = sha256(credential.encode()).digest()
        with self._breakers_lock:
            if len(self._credential_breakers) > MAX_CREDENTIAL_BREAKERS:
                self._credential_breakers.clear()
            name = f"a credential for {self.base_url}"
            return self._credential_breakers.setdefault(
                mark,
                CircuitBreaker(name, is_credential_failure, CredentialCircuitOpenError),
            )

    def close(self) -> None:
        """Close what is idle; what is leased goes on."""
        with suppress(IndexError):
            while True:
                self._idle.pop().transport.close()


_pools: dict[tuple[str, TransportFactory | None], ConnectionPool] = {}
_lock = Lock()


def get_connection_pool(
    base_url: str,
    *,
    max_connections: int = MAX_CONNECTIONS_PER_REGION,
    transport_factory: TransportFactory | None = None,
) -> ConnectionPool:
    """This process's connections to a region."""
    with _lock:
        key = (base_url, transport_factory)
        if key not in _pools:
            _pools[key] = ConnectionPool(
                base_url,
                max_connections=max_connections,
                transport_factory=transport_factory,
            )
        return _pools[key]


def _reset_after_fork() -> None:
    """A forked child must not speak on its parent's connections."""
    global _lock
    _lock = Lock()
    _pools.clear()


os.register_at_fork(after_in_child=_reset_after_fork)

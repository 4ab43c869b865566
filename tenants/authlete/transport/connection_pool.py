"""A pool of connections to one region.

Each connection is an httpx transport of its own: httpx's pool slows down from 64 connections
on (`docs/performance.md`), and does not tell how long a connection has been idle,
on which the safety of writes depends.
"""

import os
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
    CircuitStore,
    is_credential_failure,
    is_region_failure,
)
from tenants.authlete.transport.deadline import Deadline
from tenants.authlete.transport.egress import Egress, RegionNetworkBackend
from tenants.authlete.transport.network import SingleConnectionTransport

CONNECT_TIMEOUT_SECONDS = 1.5  # a lost SYN is sent again after 1 s
IDLE_TIMEOUT_SECONDS = 45.0
MAX_IDLE_SECONDS_FOR_WRITES = 2.0
MAX_CONNECTIONS_PER_REGION = 256  # of one process
MAX_CREDENTIAL_BREAKERS = 1000
DIRECT = Egress()

type TransportFactory = Callable[[], httpx.BaseTransport]


class PooledConnection:
    """One connection of a pool.

    It is an httpx transport without a client around it, because a client adds cookies,
    redirects and the proxies of the environment.
    """

    def __init__(self, transport_factory: TransportFactory | None, egress: Egress) -> None:
        self._network = RegionNetworkBackend(egress)
        self.transport: httpx.BaseTransport
        if transport_factory:
            self.transport = transport_factory()
        else:
            self.transport = SingleConnectionTransport(
                self._network, IDLE_TIMEOUT_SECONDS, egress.build_ssl_context()
            )
        self.idle_since = monotonic()

    def set_deadline(self, deadline: Deadline) -> None:
        """Limit everything that is done on the connection."""
        self._network.deadline = deadline

    def idle_seconds(self) -> float:
        """Return the seconds since the connection was last used."""
        return monotonic() - self.idle_since


class ConnectionPool:
    """The connections of this process to one region; the last used is used first."""

    def __init__(
        self,
        base_url: str,
        *,
        max_connections: int = MAX_CONNECTIONS_PER_REGION,
        transport_factory: TransportFactory | None = None,
        egress: Egress = DIRECT,
        circuit_store: CircuitStore | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        proxy = egress.proxy_host
        self.name = f"{self.base_url} through {proxy}" if proxy else self.base_url
        self.circuit_breaker = CircuitBreaker(self.name, is_region_failure, store=circuit_store)
        self._transport_factory = transport_factory
        self.egress = egress
        self._credential_breakers: dict[bytes, CircuitBreaker] = {}
        self._breakers_lock = Lock()
        self._available = BoundedSemaphore(max_connections)
        self._idle: list[PooledConnection] = []  # append and pop are atomic

    @contextmanager
    def lease(self, deadline: Deadline, *, fresh: bool) -> Generator[PooledConnection]:
        """Lease a connection; a ``fresh`` one was used so recently that it is still open.

        After an exception the connection is closed and not used again. Raises
        `PoolTimeoutError`.
        """
        if not self._available.acquire(timeout=deadline.remaining()):
            raise PoolTimeoutError(Message(_("All connections to this region are in use.")))
        try:
            connection = self._take_idle_or_open(
                MAX_IDLE_SECONDS_FOR_WRITES if fresh else IDLE_TIMEOUT_SECONDS
            )
            connection.set_deadline(deadline)
            try:
                yield connection
            except BaseException:
                connection.transport.close()
                raise
            connection.idle_since = monotonic()
            self._idle.append(connection)
        finally:
            self._available.release()

    def _take_idle_or_open(self, max_idle_seconds: float) -> PooledConnection:
        with suppress(IndexError):
            connection = self._idle.pop()
            idle_seconds = connection.idle_seconds()
            if idle_seconds <= max_idle_seconds:
                return connection
            connection.transport.close()
            if idle_seconds > IDLE_TIMEOUT_SECONDS:
                self.close()  # the others have been idle for longer
        return PooledConnection(self._transport_factory, self.egress)

    def get_credential_breaker(self, credential: str) -> CircuitBreaker:
        """Return the circuit breaker of one credential."""
        digest = sha256(credential.encode()).digest()
        with self._breakers_lock:
            if len(self._credential_breakers) > MAX_CREDENTIAL_BREAKERS:
                self._credential_breakers.clear()
            name = f"a credential for {self.name}"
            return self._credential_breakers.setdefault(
                digest, CircuitBreaker(name, is_credential_failure, CredentialCircuitOpenError)
            )

    def close(self) -> None:
        """Close all idle connections."""
        with suppress(IndexError):
            while True:
                self._idle.pop().transport.close()


_pools: dict[tuple[str, TransportFactory | None, Egress], ConnectionPool] = {}
_lock = Lock()


def get_connection_pool(
    base_url: str,
    *,
    max_connections: int = MAX_CONNECTIONS_PER_REGION,
    transport_factory: TransportFactory | None = None,
    egress: Egress = DIRECT,
    circuit_store: CircuitStore | None = None,
) -> ConnectionPool:
    """Return this process's pool of connections to a region."""
    with _lock:
        key = (base_url, transport_factory, egress)
        if key not in _pools:
            _pools[key] = ConnectionPool(
                base_url,
                max_connections=max_connections,
                transport_factory=transport_factory,
                egress=egress,
                circuit_store=circuit_store,
            )
        return _pools[key]


def _reset_after_fork() -> None:
    """Drop the connections of the parent process."""
    global _lock
    _lock = Lock()
    _pools.clear()


os.register_at_fork(after_in_child=_reset_after_fork)

"""The circuits of regions, which all processes share through the cache.

The first process that sees a region fail opens its circuit for all. While it is open, calls
fail at once; a thread of one process at a time probes the region.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from threading import Thread
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connections

from tenants.authlete.transport import http
from tenants.authlete.transport.circuit_breaker import OpenCircuit
from tenants.authlete.transport.connection_pool import ConnectionPool

log = logging.getLogger(__name__)

LOAD_INTERVAL_SECONDS = 1.0
CIRCUIT_TTL_SECONDS = 60 * 60
PROBE_LEASE_SECONDS = http.PROBE_TIMEOUT_SECONDS + 2


class CachedCircuits:
    """Circuits in the cache."""

    def save(self, name: str, circuit: OpenCircuit | None) -> None:
        """Implement `CircuitStore.save`."""
        try:
            if circuit is None:
                cache.delete(_cache_key(name))
            else:
                cache.set(_cache_key(name), asdict(circuit), CIRCUIT_TTL_SECONDS)
        except DatabaseError:
            log.exception("the circuit of a region can't be shared")


def is_circuit_open(base_url: str) -> bool:
    """Return whether any process has paused calls to a region."""
    return _parse_circuit(cache.get(_cache_key(base_url.rstrip("/")))) is not None


def synchronize(pools: Collection[ConnectionPool]) -> None:
    """Load the circuits of regions, and probe those that are due.

    Must not be called by a thread of `gather`, which must not use the database.
    """
    breakers = {_cache_key(pool.name): pool.circuit_breaker for pool in pools}
    now = monotonic()
    if all(now - breaker.loaded_at < LOAD_INTERVAL_SECONDS for breaker in breakers.values()):
        return
    try:
        for breaker in breakers.values():
            breaker.flush()
        circuits = cache.get_many(breakers)
        for key, breaker in breakers.items():
            breaker.load(_parse_circuit(circuits.get(key)))
        for pool in pools:
            if pool.circuit_breaker.is_probe_due() and _acquire_probe(pool):
                run_in_background(partial(_probe, pool))
    except DatabaseError:
        log.exception("the circuits of regions can't be loaded")


def _acquire_probe(pool: ConnectionPool) -> bool:
    return cache.add(f"{_cache_key(pool.name)}:probe", 1, PROBE_LEASE_SECONDS)


def _probe(pool: ConnectionPool) -> None:
    http.probe(pool)
    pool.circuit_breaker.flush()


def run_in_background(function: Callable[[], None]) -> None:
    """Run a function in a thread with a database connection of its own."""

    def run() -> None:
        try:
            function()
        finally:
            connections.close_all()

    Thread(target=run, name="probe", daemon=True).start()


def _parse_circuit(value: Any) -> OpenCircuit | None:
    """Return the circuit of a cached value; None if it isn't one."""
    try:
        return OpenCircuit(
            float(value["opened_at"]),
            float(value["next_trial_at"]),
            bool(value["is_probed"]),
            int(value["failed_trials"]),
        )
    except (TypeError, KeyError, ValueError):
        return None


def _cache_key(name: str) -> str:
    return f"region-circuit:{sha256(name.encode()).hexdigest()}"

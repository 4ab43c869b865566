"""Prometheus metrics, scraped at ``METRICS_ADDRESS`` (docs/how-to/monitor.md).

Label values are few: regions, declared operations, view names, states. None names a user,
subject, client or token.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10)
JOB_SECONDS = (1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600)

REQUESTS = Histogram(
    "meridian_request_seconds", "Requests by view.", ["view", "method", "status"], buckets=SECONDS
)
AUTHLETE_CALLS = Histogram(
    "meridian_authlete_call_seconds",
    "Calls to Authlete.",
    ["region", "operation", "outcome"],
    buckets=SECONDS,
)
AUDIT_WRITES = Histogram(
    "meridian_audit_write_seconds", "Transactions of the audit log.", buckets=SECONDS
)
RATE_LIMITED = Counter("meridian_rate_limited", "Requests over a limit.", ["limit"])
ALERTS = Counter("meridian_alerts", "Alerts, also those not logged again.", ["event"])
JOBS = Histogram("meridian_job_seconds", "Ended jobs.", ["kind", "state"], buckets=JOB_SECONDS)

type Samples = Iterable[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value that is read when Prometheus asks: ``(label values, number)`` pairs."""

    name: str
    description: str
    labels: tuple[str, ...]
    read: Callable[[], Samples]


_gauges: dict[str, Gauge] = {}


def gauge(name: str, *labels: str) -> Callable[[Callable[[], Samples]], Callable[[], Samples]]:
    """Register a function as the gauge ``meridian_<name>``, described by its docstring."""

    def register(read: Callable[[], Samples]) -> Callable[[], Samples]:
        _gauges[name] = Gauge(f"meridian_{name}", read.__doc__ or name, labels, read)
        return read

    return register


class GaugeCollector(Collector):
    """Reads the gauges; one that fails is left out and counted in ``meridian_gauge_errors``.

    ``close`` runs after each scrape.
    """

    def __init__(self, close: Callable[[], object] = lambda: None) -> None:
        self._close = close

    def collect(self) -> Iterator[GaugeMetricFamily]:
        errors = 0
        for gauge in _gauges.values():
            family = GaugeMetricFamily(gauge.name, gauge.description, labels=gauge.labels)
            try:
                for values, number in gauge.read():
                    family.add_metric(values, number)
            except Exception:
                log.warning("the gauge %s can't be read", gauge.name, exc_info=True)
                errors += 1
            else:
                yield family
        failed = "Gauges that couldn't be read, for example while the database is down."
        self._close()
        yield GaugeMetricFamily("meridian_gauge_errors", failed, value=errors)


def build_registry(gauges: GaugeCollector) -> CollectorRegistry:
    """Return the registry to scrape: all processes of this server, and the gauges."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(gauges)
    return registry


def render_metrics() -> bytes:
    """Return the metrics in the text format of Prometheus."""
    return generate_latest(build_registry(GaugeCollector()))


def parse_address(address: str) -> tuple[str, int]:
    """Split ``host:port``; raise `ValueError` for anything else."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"METRICS_ADDRESS must be host:port, such as 127.0.0.1:9100: {address!r}")
    return host.strip("[]"), int(port)


def serve_metrics(address: str, close: Callable[[], object]) -> None:
    """Serve the metrics of this process in a thread; raise `OSError` if the port is taken.

    Each scrape has a thread, which calls ``close`` to end its database connections.
    """
    host, port = parse_address(address)
    start_http_server(port, host, build_registry(GaugeCollector(close)))

"""Web server configuration (measured in docs/performance.md).

Threads, since pages wait for Authlete. One process on SQLite, which has a single writer,
and one per core on PostgreSQL.
"""

import multiprocessing
import os
import shutil
import sys
import tempfile
from pathlib import Path
from time import sleep

from django.core.exceptions import ImproperlyConfigured
from gunicorn.glogging import Logger

from console.ops.draining import start_draining
from console.ops.environment import Environment
from console.ops.logging import FORMATTERS


class JSONLogger(Logger):
    """Log requests and server errors as one JSON object a line."""

    def setup(self, cfg):
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(FORMATTERS[os.environ.get("LOG_FORMAT") or "json"]())

    def access(self, resp, req, environ, request_time):
        if not self.access_log_enabled:
            return
        atoms = self.atoms(resp, req, environ, request_time)
        # No query string: it can contain secrets. The request id leads to the audit entries.
        access = {
            "request_id": atoms.get("{x-request-id}o", ""),
            "address": atoms["h"],
            "method": atoms["m"],
            "path": atoms["U"],
            "status": int(atoms["s"]),
            "bytes": atoms["B"],
            "duration_ms": atoms["M"],
        } | environ.get("meridian.log", {})
        self.access_log.info("", extra={"access": access})


try:
    _on_sqlite = Environment().str("DATABASE_URL", default="").startswith("sqlite:")
except ImproperlyConfigured as error:
    sys.exit(f"gunicorn: {error}. See .env.example.")
_processes = 1 if _on_sqlite else multiprocessing.cpu_count()

wsgi_app = "console.wsgi"
preload_app = True  # whoever can connect is answered at once
drain_seconds = float(os.environ.get("DRAIN_SECONDS") or 5)
workers = int(os.environ.get("WEB_CONCURRENCY") or _processes)
worker_class = "gthread"
threads = 64
# A page can call several regions, each with its own deadline.
timeout = 60  # seconds
graceful_timeout = 30  # seconds
keepalive = 75  # seconds; longer than the idle timeout of the load balancer

# Search URLs can be long; this is the maximum.
limit_request_line = 8190  # bytes

# The file system may be read-only.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

# Prometheus asks here, and each process answers for all: they count in shared files.
metrics_address = os.environ.get("METRICS_ADDRESS", "")
if metrics_address:
    os.environ.setdefault(
        "PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="meridian-metrics-", dir=worker_tmp_dir)
    )


def on_starting(server):
    """Listen on ``METRICS_ADDRESS`` as well, wherever ``--bind`` is set."""
    if metrics_address:
        server.cfg.set("bind", [*server.cfg.settings["bind"].get(), metrics_address])


def when_ready(server):
    """Before SIGTERM stops the server, turn ``/readyz`` red and serve for ``DRAIN_SECONDS``.

    Load balancers see it and send new requests elsewhere.
    """
    stop = server.handle_term

    def drain_and_stop():
        start_draining()
        sleep(drain_seconds)
        stop()

    server.handle_term = drain_and_stop


def child_exit(server, worker):
    """Forget the gauges of a process that ended; its counts stay."""
    if metrics_address:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(server):
    """Remove the counts."""
    if metrics_address:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


accesslog = "-"
logger_class = JSONLogger

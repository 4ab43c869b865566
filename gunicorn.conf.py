"""Web server configuration (measured in docs/reference/performance.md).

Threads, since pages wait for Authlete. One process on SQLite, which has a single writer,
and one per core on PostgreSQL.
"""

import multiprocessing
import os
from pathlib import Path

from gunicorn.glogging import Logger

from console.ops.logging import mask_secret_urls


class AccessLog(Logger):
    """Access log without the keys of links that set a password."""

    def atoms(self, *request):
        found = super().atoms(*request)
        return found | {"U": mask_secret_urls(found["U"])}


_on_sqlite = os.environ.get("DATABASE_URL", "").startswith("sqlite:")
_processes = 1 if _on_sqlite else multiprocessing.cpu_count()

wsgi_app = "console.wsgi"
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

# No query string: it can contain secrets. The page id leads to the audit entries.
accesslog = "-"
logger_class = AccessLog
access_log_format = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms %({x-page-id}o)s'

"""How the console is served; measured in docs/reference/performance.md.

Threads, since pages wait for Authlete; one process on SQLite, whose single writer
several would queue for, and one a core on PostgreSQL.
"""

import multiprocessing
import os
from pathlib import Path

from gunicorn.glogging import Logger

from console.ops.logging import mask_secret_urls


class AccessLog(Logger):
    """Logs every path, but not the key of a link that sets a password."""

    def atoms(self, *request):
        found = super().atoms(*request)
        return found | {"U": mask_secret_urls(found["U"])}


_on_sqlite = os.environ.get("DATABASE_URL", "").startswith("sqlite:")
_processes = 1 if _on_sqlite else multiprocessing.cpu_count()

wsgi_app = "console.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY") or _processes)
worker_class = "gthread"
threads = 64
# A page may ask several regions, each within its own deadline.
timeout = 60  # seconds
graceful_timeout = 30  # seconds
keepalive = 75  # seconds; longer than a balancer keeps an idle connection

# The address of a search may be long; this is the most that can be set.
limit_request_line = 8190  # bytes

# Nothing is written to the file system: it may be read-only.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

# No query, since a sign-in's holds a code; the page's id leads to its audit entries.
accesslog = "-"
logger_class = AccessLog
access_log_format = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms %({x-page-id}o)s'

"""Asks this container's own console: ``python -m console.probe /healthz``.

The image has no curl, and Python's own ways to open a URL heed proxy settings.
"""

import sys
from http.client import HTTPConnection

TIMEOUT_SECONDS = 3  # seconds


def is_healthy(path: str, port: int = 8000) -> bool:
    """Return whether the console answers 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_healthy(sys.argv[1]))

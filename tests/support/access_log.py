"""The access log of the web server."""

import io
import json
import runpy
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]


@pytest.fixture
def access_log(monkeypatch):
    """Return a function that logs a request and parses the single line."""

    def log(path, **environ):
        written = io.StringIO()
        monkeypatch.setattr(sys, "stdout", written)
        server = runpy.run_path("gunicorn.conf.py")
        config = Config()
        config.set("accesslog", server["accesslog"])
        logger = server["logger_class"](config)
        response = SimpleNamespace(status="404 Not Found", sent=5, headers=[("X-Request-Id", "p1")])
        request = SimpleNamespace(headers=[])
        defaults = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "RAW_URI": path}
        defaults |= {"REMOTE_ADDR": "192.0.2.1", "SERVER_PROTOCOL": "HTTP/1.1"}
        logger.access(response, request, defaults | environ, timedelta(milliseconds=12))
        (line,) = written.getvalue().split("\n")[:-1]
        assert line.isascii()
        assert line.isprintable()
        entry = json.loads(line)
        assert (entry["request_id"], entry["duration_ms"]) == ("p1", 12)
        return entry

    return log

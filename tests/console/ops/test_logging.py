import io
import json
import logging.config
import runpy
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from gunicorn.config import Config  # type: ignore[import-untyped]

from console.batches.periodic_tasks import notification_url
from console.help import views
from console.ops.logging import LineFormatter
from tenants.organizations.roles import Role
from tenants.outbound.alerts import alert

LINK = "/accounts/invitation/c8abc-0123456789abcdef/"


@pytest.fixture
def log(monkeypatch):
    """What is written with the console's settings, line by line."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logging.config.dictConfig(settings.LOGGING)
    (ours,) = (one for one in logging.root.handlers if isinstance(one.formatter, LineFormatter))
    yield lambda: written.getvalue().splitlines()
    logging.root.removeHandler(ours)


def test_an_error_is_logged_under_the_id_that_its_page_shows(member, sandbox, monkeypatch, log):
    monkeypatch.delattr(views, "render_page")
    browser = member(Role.VIEWER)
    browser.raise_request_exception = False

    response = browser.get("/help/patterns/")

    lines = log()
    assert f"page={response['X-Page-Id']}" in lines[0]
    assert lines[-1].startswith("NameError")


def test_an_alert_is_json_and_nothing_else(log):
    alert("audit.slow")

    (line,) = log()
    assert json.loads(line)["event"] == "audit.slow"


def test_the_address_where_authlete_tells_something_is_not_told(log):
    logging.getLogger("django.request").error(notification_url("acme", "us", 17))

    (line,) = log()
    assert line.endswith("/told/batches/acme/us/17/hidden/")


def test_a_line_is_one_line_and_opens_no_door(log):
    logging.getLogger("django.request").error("Not here: %s", LINK + "\n\x1bfaked")

    (line,) = log()
    assert "c8abc" not in line
    assert "hidden/\\n\\x1bfaked" in line


def test_no_path_of_a_request_opens_a_door():
    given = runpy.run_path("gunicorn.conf.py")
    logger = given["logger_class"](Config())
    answer = SimpleNamespace(status="200 OK", sent=0, headers=[])
    asked = SimpleNamespace(headers=[])
    environ = {"PATH_INFO": LINK, "REQUEST_METHOD": "GET", "RAW_URI": LINK}
    environ["SERVER_PROTOCOL"] = "HTTP/1.1"

    atoms = logger.atoms(answer, asked, environ, timedelta())

    line = given["access_log_format"] % logger.atoms_wrapper_class(atoms)
    assert "/accounts/invitation/hidden/" in line
    assert "c8abc" not in line

import io
import json
import logging.config
import sys
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from console.batches.periodic_tasks import notification_url
from console.help import views
from console.ops.logging import JSONFormatter, TextFormatter
from tenants.organizations.roles import Role
from tenants.outbound.alerts import alert

LINK = "/accounts/invitation/c8abc-0123456789abcdef/"


@pytest.fixture
def log(monkeypatch):
    """Return a function that parses what is logged with the console's settings."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logging.config.dictConfig(settings.LOGGING)
    (ours,) = (
        handler for handler in logging.root.handlers if isinstance(handler.formatter, JSONFormatter)
    )
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.root.removeHandler(ours)


def test_error_is_logged_under_the_id_that_its_page_shows(member, sandbox, monkeypatch, log):
    monkeypatch.delattr(views, "render_page")
    browser = member(Role.VIEWER)
    browser.raise_request_exception = False

    response = browser.get("/help/patterns/")

    (entry,) = log()
    assert entry["request_id"] == response["X-Request-Id"]
    assert (entry["level"], entry["logger"]) == ("ERROR", "django.request")
    assert entry["traceback"].splitlines()[-1].startswith("NameError")


def test_alert_has_its_members_at_the_top(log):
    alert("audit.slow")

    (entry,) = log()
    assert (entry["event"], entry["times"], entry["level"]) == ("audit.slow", 1, "WARNING")
    assert "message" not in entry


def test_callback_address_is_logged_without_its_key(log):
    logging.getLogger("django.request").error(notification_url("acme", "us", 17))

    (entry,) = log()
    assert entry["message"].endswith("/told/batches/acme/us/17/hidden/")


def test_time_is_utc(log):
    logging.getLogger("console").error("failed")

    (entry,) = log()
    assert datetime.fromisoformat(entry["time"]).utcoffset() == timedelta(0)
    assert entry["message"] == "failed"


def test_invitation_is_logged_without_its_key(access_log):
    entry = access_log(LINK)

    assert entry["path"] == "/accounts/invitation/hidden/"


def test_request_is_logged_with_its_user_view_and_address(access_log, member, sandbox):
    browser = member(Role.VIEWER)
    response = browser.get("/acme/services/us/17/", REMOTE_ADDR="192.0.2.7")

    environ = response.wsgi_request.META
    entry = access_log(environ["PATH_INFO"], **{"meridian.log": environ["meridian.log"]})

    assert (entry["view"], entry["address"]) == ("services:show", "192.0.2.7")
    assert entry["user"] == int(browser.session["_auth_user_id"])


def test_unknown_host_is_one_line_without_a_traceback(log, client, settings):
    settings.ALLOWED_HOSTS = ["console.example"]

    client.get("/help/display/", headers={"Host": "evil.example"})

    (entry,) = [line for line in log() if line["logger"] == "django.security.DisallowedHost"]
    assert "evil.example" in entry["message"]
    assert "traceback" not in entry


def test_text_format_is_readable_and_has_the_same_members():
    record = logging.LogRecord("gunicorn.access", logging.INFO, "", 0, "", (), None)
    record.access = {"path": "/a b", "status": 200, "user": None}

    line = TextFormatter().format(record)

    assert line.partition(" ")[2] == 'INFO gunicorn.access path="/a b" status=200 user=None'

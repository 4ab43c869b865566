import io
import json
import logging.config
import sys
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from console.batches.periodic_tasks import notification_url
from console.help import views
from console.ops.logging import JSONFormatter
from tenants.organizations.roles import Role
from tenants.outbound.alerts import alert

LINK = "/accounts/invitation/c8abc-0123456789abcdef/"


@pytest.fixture
def log(monkeypatch):
    """Return a function that parses what is logged with the console's settings."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logging.config.dictConfig(settings.LOGGING)
    (ours,) = (one for one in logging.root.handlers if isinstance(one.formatter, JSONFormatter))
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.root.removeHandler(ours)


def test_error_is_logged_under_the_id_that_its_page_shows(member, sandbox, monkeypatch, log):
    monkeypatch.delattr(views, "render_page")
    browser = member(Role.VIEWER)
    browser.raise_request_exception = False

    response = browser.get("/help/patterns/")

    (entry,) = log()
    assert entry["page"] == response["X-Page-Id"]
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

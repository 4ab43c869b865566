import smtplib
import time
from email.utils import formatdate

import httpx
import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from console.ops import setup_checks
from tenants.authlete.errors import UnreachableError
from tenants.authlete.transport.http import RawResponse
from tenants.jobs import queue
from tests.settings import create_key

BACKEND = "tests.console.ops.test_setup.RejectingBackend"


class RejectingBackend(BaseEmailBackend):
    """A mail server that rejects the password."""

    def open(self):
        raise smtplib.SMTPAuthenticationError(535, b"bad\ncredentials")


@pytest.fixture(autouse=True)
def region(monkeypatch):
    """The regions' response; status and clock can be changed."""
    response = {"status": 404, "ahead": 0}

    def fetch(pool):
        headers = httpx.Headers({"Date": formatdate(time.time() + response["ahead"])})
        return RawResponse(response["status"], headers, b"")

    monkeypatch.setattr(setup_checks, "fetch_root", fetch)
    return response


@pytest.fixture
def setup(db, settings, capsys):
    """Run the command; return the printed lines by part and whether something is missing."""
    settings.ALLOWED_HOSTS = ["localhost"]
    queue.record_heartbeat("w1")

    def run():
        is_complete = True
        try:
            call_command("setup")
        except CommandError:
            is_complete = False
        lines = capsys.readouterr().out.splitlines()
        return dict(line.split(": ", 1) for line in lines), is_complete

    return run


def test_complete_deployment_passes(setup):
    lines, is_complete = setup()

    lines.pop("role", None)  # tests own the tables on PostgreSQL
    assert set(lines.values()) == {"ok"}
    assert is_complete
    parts = {"settings", "database", "audit_log", "worker", "folders", "mail", "clock"}
    assert parts | {"https://us.authlete.com", "https://login.authlete.com"} <= lines.keys()


def test_unreachable_database_is_reported_and_other_parts_are_checked(setup, monkeypatch):
    def refuse():
        raise OperationalError("connection refused\nIs the server running?")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", refuse)
        lines, is_complete = setup()

    assert lines["database"] == "connection refused Is the server running?"
    assert lines["mail"] == "ok"
    assert not is_complete


def test_lost_vault_key_is_reported(setup, acme, settings):
    settings.VAULT_KEYS = create_key("v9")

    lines, is_complete = setup()

    assert lines["vault"].startswith("no key for")
    assert not is_complete


def test_unsafe_setting_is_reported(setup, settings):
    settings.SECRET_KEY = "short"

    lines, is_complete = setup()

    assert lines["settings"].startswith("SECRET_KEY: use at least 50")
    assert not is_complete


def test_value_of_the_example_is_reported(setup, monkeypatch):
    monkeypatch.setenv("ALERT_MAIL", "ops@example.com")

    lines, is_complete = setup()

    assert lines["settings"] == "ALERT_MAIL has the example's value; set it, or leave it empty"
    assert not is_complete


def test_missing_folder_is_reported(setup, settings, tmp_path):
    settings.AUDIT_SINKS = [f"file://{tmp_path}/missing/checkpoints.jsonl"]

    lines, is_complete = setup()

    assert lines["folders"] == f"{tmp_path}/missing is missing or can't be written"
    assert not is_complete


def test_missing_mail_server_is_reported_but_optional(setup, settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}

    lines, is_complete = setup()

    assert lines["mail"].startswith("EMAIL_URL is not set")
    assert is_complete


def test_rejected_mail_password_is_reported(setup, settings):
    settings.MAILERS = {"default": {"BACKEND": BACKEND}}

    lines, is_complete = setup()

    assert lines["mail"].startswith("EMAIL_URL can't be used: (535, ")
    assert not is_complete


def test_unreachable_region_is_reported(setup, monkeypatch):
    def fail(pool):
        raise UnreachableError("The proxy p:3128 didn't connect to us.authlete.com (403).")

    monkeypatch.setattr(setup_checks, "fetch_root", fail)

    lines, is_complete = setup()

    assert "proxy p:3128" in lines["https://us.authlete.com"]
    assert "clock" not in lines
    assert not is_complete


def test_failing_region_is_reported(setup, region):
    region["status"] = 503

    lines, is_complete = setup()

    assert lines["https://jp.authlete.com"] == "answered with status 503"
    assert not is_complete


@pytest.mark.parametrize("seconds", [-90, 90])
def test_wrong_clock_is_reported(setup, region, seconds):
    region["ahead"] = seconds

    lines, is_complete = setup()

    assert "from the one of https://us.authlete.com" in lines["clock"]
    assert not is_complete

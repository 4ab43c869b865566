"""Mail for error alerts, once a day per kind."""

import logging
import threading
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core.cache import caches
from django.utils import timezone

from console.ops.logging import AlertMailHandler
from tenants.outbound import mail
from tenants.outbound.alerts import alert


@pytest.fixture
def mails(settings, tmp_path, monkeypatch):
    """The handler that the console's settings have, and no database for its thread."""
    settings.ALERT_MAIL = ["ops@acme.example"]
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": str(tmp_path),
        }
    }
    found, log = AlertMailHandler(), logging.getLogger("meridian.alert")
    assert [type(handler) for handler in log.handlers] == [AlertMailHandler]
    monkeypatch.setattr(log, "handlers", [found])
    return found


def unkept(sink="file 01ab23cd"):
    alert("audit.unkept", level=logging.ERROR, sink=sink, error="OSError")


def broken_for_another_process():
    fields = {"msg": '{"event": "audit.broken", "row": 9}', "levelno": logging.ERROR}
    another = AlertMailHandler()
    another.handle(logging.makeLogRecord(fields))
    another.flush()


def test_each_alert_is_mailed_once_a_day(mails, mailoutbox):
    for _ in range(4):
        unkept()
    alert("audit.broken", level=logging.ERROR, row=7, what="it says anna@acme.example")
    alert("access.denied", actor=3)
    unkept(sink="https 99887766")
    mails.flush()
    broken_for_another_process()

    sent = [(mail.subject, mail.to) for mail in mailoutbox]
    to = ["ops@acme.example"]
    assert sent == [
        ("Meridian: audit.unkept", to),
        ("Meridian: audit.broken", to),
        ("Meridian: audit.unkept", to),
    ]
    assert "sink: file 01ab23cd\nerror: OSError" in mailoutbox[0].body
    assert "row: 7" in mailoutbox[1].body
    assert "anna" not in mailoutbox[1].body
    assert "in the next 24 hours are only logged" in mailoutbox[1].body


def test_failed_mail_is_sent_later_without_blocking(mails, mailoutbox, monkeypatch):
    def lost(*_, **__):
        raise SMTPServerDisconnected

    with monkeypatch.context() as down:
        down.setattr(mail, "send", lost)
        unkept()
        mails.flush()
    assert not mailoutbox

    unkept()
    mails.flush()

    assert len(mailoutbox) == 1


def test_killed_process_does_not_silence_others(mails, mailoutbox, monkeypatch, time_machine):
    ended = threading.Event()

    def ends(*_, **__):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(threading, "excepthook", lambda _: ended.set())
        dying.setattr(mail, "send", ends)
        broken_for_another_process()
        assert ended.wait(10)
    broken_for_another_process()
    assert not mailoutbox

    for minutes in (3, 6):
        time_machine.move_to(timezone.now() + timedelta(minutes=minutes))
        broken_for_another_process()

    assert len(mailoutbox) == 1


def test_cache_failure_does_not_count_as_sent(mails, mailoutbox, monkeypatch):
    """A cache in the database says no more than that nothing was added."""
    monkeypatch.setattr(type(caches["default"]), "add", lambda *_: False)
    unkept()
    unkept()
    mails.flush()

    assert len(mailoutbox) == 1


def test_no_recipients_means_no_mail(mails, settings, mailoutbox):
    settings.ALERT_MAIL = []
    unkept()
    mails.flush()

    assert not mailoutbox

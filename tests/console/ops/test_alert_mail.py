"""Alerts that are errors go to whom ``ALERT_MAIL`` names, one of a kind a day."""

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
    assert [type(one) for one in log.handlers] == [AlertMailHandler]
    monkeypatch.setattr(log, "handlers", [found])
    return found


def unkept(sink="file 01ab23cd"):
    alert("audit.unkept", level=logging.ERROR, sink=sink, error="OSError")


def broken_for_another_process():
    told = {"msg": '{"event": "audit.broken", "row": 9}', "levelno": logging.ERROR}
    another = AlertMailHandler()
    another.handle(logging.makeLogRecord(told))
    another.flush()


def test_one_of_a_kind_is_mailed_a_day_by_all_processes(mails, mailoutbox):
    for _ in range(4):
        unkept()
    alert("audit.broken", level=logging.ERROR, row=7, what="it says anna@acme.example")
    alert("access.denied", actor=3)
    unkept(sink="https 99887766")
    mails.flush()
    broken_for_another_process()

    told = [(one.subject, one.to) for one in mailoutbox]
    to = ["ops@acme.example"]
    assert told == [
        ("Meridian: audit.unkept", to),
        ("Meridian: audit.broken", to),
        ("Meridian: audit.unkept", to),
    ]
    assert "sink: file 01ab23cd\nerror: OSError" in mailoutbox[0].body
    assert "row: 7" in mailoutbox[1].body
    assert "anna" not in mailoutbox[1].body
    assert "in the next 24 hours are only logged" in mailoutbox[1].body


def test_nobody_waits_for_a_mail_server_and_what_it_did_not_take_goes_later(
    mails, mailoutbox, monkeypatch
):
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


def test_a_process_that_ends_before_it_is_mailed_silences_no_other(
    mails, mailoutbox, monkeypatch, time_machine
):
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


def test_a_full_disk_is_no_word_of_another_process(mails, mailoutbox, monkeypatch):
    """A cache in the database says no more than that nothing was added."""
    monkeypatch.setattr(type(caches["default"]), "add", lambda *_: False)
    unkept()
    unkept()
    mails.flush()

    assert len(mailoutbox) == 1


def test_without_addresses_nothing_is_mailed(mails, settings, mailoutbox):
    settings.ALERT_MAIL = []
    unkept()
    mails.flush()

    assert not mailoutbox

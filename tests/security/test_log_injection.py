"""Threat: text of a request writes log lines of its own, or controls a terminal."""

import json
import logging

import pytest

from console.ops.logging import JSONFormatter, TextFormatter

HOSTILE = [
    '/\n{"event": "audit.broken"}',
    "/\r\nfaked",
    "/\x1b[2J\x1b]0;title\x07",
    '/" 200 0 0ms',
    "/\x00\x7f\x85\x9b",
    "/\u2028\u2029\u202e",
    "/\ud800",
    "/%0a\\n",
]


def is_printable_ascii(line):
    return line.isascii() and line.isprintable()


@pytest.mark.parametrize("path", HOSTILE)
def test_path_stays_inside_its_member_of_the_access_log(access_log, path):
    entry = access_log(path)

    assert entry["path"] == path
    assert (entry["status"], entry["method"], entry["logger"]) == (404, "GET", "gunicorn.access")


@pytest.mark.parametrize("text", HOSTILE)
def test_message_and_traceback_stay_on_one_line(text):
    try:
        raise ValueError(text)
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("console", logging.ERROR, "", 0, "Not found: %s", (text,), exc_info)

    line = JSONFormatter().format(record)

    assert is_printable_ascii(line)
    assert json.loads(line)["message"] == f"Not found: {text}"
    assert text in json.loads(line)["traceback"]


@pytest.mark.parametrize("text", HOSTILE)
def test_members_of_an_alert_stay_on_one_line(text):
    record = logging.LogRecord("meridian.alert", logging.ERROR, "", 0, "", (), None)
    record.alert = {"event": "access.denied", "address": text}

    line = JSONFormatter().format(record)

    assert is_printable_ascii(line)
    assert json.loads(line)["address"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_method_and_address_are_escaped(access_log, text):
    entry = access_log("/", REQUEST_METHOD=text, REMOTE_ADDR=text)

    assert (entry["method"], entry["address"], entry["path"]) == (text, text, "/")


def test_access_log_has_no_query_string(access_log):
    entry = access_log("/services/", QUERY_STRING="q=secret", RAW_URI="/services/?q=secret")

    assert "secret" not in json.dumps(entry)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_format_escapes_messages_members_and_tracebacks(text):
    try:
        raise ValueError(text)
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("console", logging.ERROR, "", 0, "Not found: %s", (text,), exc_info)
    alert = logging.LogRecord("meridian.alert", logging.ERROR, "", 0, "", (), None)
    alert.alert = {"address": text}

    first, *rest = TextFormatter().format(record).split("\n")

    assert all(map(is_printable_ascii, [first, *rest, TextFormatter().format(alert)]))
    assert all(line.startswith("  ") for line in rest)

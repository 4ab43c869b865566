"""Checks of ``manage.py setup``: what a deployment still lacks, one line each."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.checks import run_checks
from django.core.mail import mailers
from django.db import DatabaseError, connection, connections

from console.ops.health import (
    MAIL,
    OK,
    OPTIONAL,
    VAULT,
    WEBHOOKS,
    WORKER,
    ReadinessCheck,
    check_mail,
)
from tenants.audit.integrity.anchors import load_sinks
from tenants.authlete.errors import AuthleteError
from tenants.authlete.transport.http import fetch_root
from tenants.database_errors import describe_database_error
from tenants.organizations.api_clients import list_pools
from tenants.outbound import mail

MAX_CLOCK_DIFFERENCE_SECONDS = 30
EXAMPLE_DOMAIN = "example.com"
SETTINGS_TO_REPLACE = ("ALLOWED_HOSTS", "CONSOLE_URL", "EMAIL_URL", "EMAIL_FROM", "ALERT_MAIL")


class PartStatus(NamedTuple):
    """The state of one part of a deployment."""

    part: str
    text: str = OK  # or what is missing
    is_required: bool = True

    @property
    def is_failure(self) -> bool:
        return self.is_required and self.text != OK


def check_deployment() -> Iterator[PartStatus]:
    """Check settings, database, folders, mail, regions and the clock."""
    yield from _check_settings()
    yield from _check_database()
    yield _check_folders()
    yield _check_mail()
    yield from _check_regions()


def list_startup_problems() -> list[str]:
    """Return what keeps a console that starts from serving pages or sending mail, a line each.

    Leaves no connection open, since gunicorn starts its processes afterwards.
    """
    try:
        parts = [*_check_database(), _check_database_file(), *_check_mail_setting()]
    finally:
        connections.close_all()
    return [
        f"{part}: {text}"
        for part, text, _ in parts
        if text != OK and part not in (WORKER, WEBHOOKS)
    ]


def _check_settings() -> Iterator[PartStatus]:
    problems = [error.msg for error in run_checks(app_configs=[]) if error.is_serious()]
    problems += [
        f"{name} has the example's value; set it, or leave it empty"
        for name in SETTINGS_TO_REPLACE
        if EXAMPLE_DOMAIN in os.environ.get(name, "")
    ]
    for problem in problems or [OK]:
        yield PartStatus("settings", problem)


def _check_database() -> Iterator[PartStatus]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield PartStatus("database", describe_database_error(error))
        return
    parts = ReadinessCheck().results()
    parts.pop(MAIL, None)
    for part, text in parts.items():
        yield PartStatus(part, text, part == VAULT or part not in OPTIONAL)


def _check_folders() -> PartStatus:
    """Check that the folders of SQLite and of checkpoint files can be written."""
    folders = {sink.path.parent for sink in load_sinks() if sink.kind == "file"}
    for folder in sorted(folders):
        if not os.access(folder, os.W_OK | os.X_OK):
            return PartStatus("folders", f"{folder} is missing or can't be written")
    return _check_database_file()


def _check_database_file() -> PartStatus:
    """Check that SQLite can write its file, and others beside it."""
    name = settings.DATABASES["default"]["NAME"]
    if connection.vendor != "sqlite" or name == ":memory:":
        return PartStatus("folders")
    path = Path(name)
    for checked in (path.parent, path):
        if not os.access(checked, os.W_OK):
            return PartStatus("folders", f"{checked} is missing or can't be written")
    return PartStatus("folders")


def _check_mail_setting() -> list[PartStatus]:
    return [PartStatus(part, text, is_required=False) for part, text in check_mail().items()]


def _check_mail() -> PartStatus:
    """Check that the mail server accepts a connection and the password."""
    if missing := _check_mail_setting():
        return missing[0]
    try:
        with mailers["default"]:
            return PartStatus(MAIL)
    except mail.MAIL_ERRORS as error:
        return PartStatus(MAIL, f"EMAIL_URL can't be used: {_join_lines(error)}")


def _check_regions() -> Iterator[PartStatus]:
    """Call each region without a credential, and compare its clock with this machine's."""
    differences = {}
    for pool in list_pools():
        try:
            response = fetch_root(pool)
        except AuthleteError as error:
            yield PartStatus(pool.name, str(error))
            continue
        is_up = response.status < 500
        yield PartStatus(pool.name, OK if is_up else f"answered with status {response.status}")
        with suppress(KeyError, ValueError):
            date = parsedate_to_datetime(response.headers["Date"])
            differences[pool.name] = round(time.time() - date.timestamp())
    wrong = [
        f"differs by {seconds} s from the one of {name}"
        for name, seconds in differences.items()
        if abs(seconds) > MAX_CLOCK_DIFFERENCE_SECONDS
    ]
    if differences:
        yield PartStatus("clock", wrong[0] if wrong else OK)


def _join_lines(error: Exception) -> str:
    return " ".join(str(error).split())

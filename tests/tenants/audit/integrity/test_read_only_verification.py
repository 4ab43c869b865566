"""Verification doesn't change the database that it reads."""

import os
import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections
from django.db.utils import InternalError, OperationalError

from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT
from tenants.audit.management.base import make_connection_read_only
from tenants.audit.models import AuditHead
from tenants.audit.recorder import record_event
from tests.support.stores import IsolatedDatabase

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
FILES = ("", "-wal")  # the shared-memory index beside them has no content of its own


@pytest.fixture
def database(transactional_db, tmp_path):
    """A copy of a database of which the newest rows are in the write-ahead log alone."""
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite's files")
    source = connection.settings_dict["NAME"]
    record_event(IDA, SIGN_OUT)
    with closing(sqlite3.connect(source)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for _ in range(3):
        record_event(IDA, SIGN_OUT)
    copy = tmp_path / "meridian.sqlite3"
    for suffix in FILES:
        shutil.copy(f"{source}{suffix}", f"{copy}{suffix}")
    assert os.path.getsize(f"{copy}-wal")
    return copy


def hash_files(path):
    return [sha256(Path(f"{path}{suffix}").read_bytes()).hexdigest() for suffix in FILES]


def run_verify(path):
    return IsolatedDatabase(f"sqlite:///{path}").run_command("audit_verify")


def test_verification_changes_no_byte_of_the_database(database):
    before = hash_files(database)

    result = run_verify(database)

    assert "Verified: 8 rows" in result.stdout, result.stderr
    assert hash_files(database) == before


@pytest.mark.slow
def test_failed_verification_changes_no_byte_of_the_database(database):
    with closing(sqlite3.connect(database, autocommit=True)) as other:
        other.execute("UPDATE audit_audithead SET seq = 1")
        before = hash_files(database)

        result = run_verify(database)

        assert "Verification failed" in result.stderr
        assert hash_files(database) == before


def test_read_only_connection_refuses_writes(transactional_db):
    options = connection.settings_dict["OPTIONS"]
    try:
        make_connection_read_only()
        call_command("audit_verify")
        with pytest.raises((OperationalError, InternalError, ProgrammingError)):
            AuditHead.objects.update(seq=7)
    finally:
        connection.settings_dict["OPTIONS"] = options
        connections.close_all()

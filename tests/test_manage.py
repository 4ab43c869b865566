"""What a command says of a database that it cannot use."""

import sqlite3

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError

from manage import is_database_unusable


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        caused(OperationalError(), psycopg.OperationalError("connection refused")),
        caused(ProgrammingError(), psycopg.errors.UndefinedTable()),
        caused(ProgrammingError(), psycopg.errors.InsufficientPrivilege()),
    ],
)
def test_missing_or_empty_database_is_reported(error):
    assert is_database_unusable(error)


@pytest.mark.parametrize(
    "error",
    [
        caused(OperationalError(), psycopg.errors.DeadlockDetected()),
        caused(OperationalError(), psycopg.errors.LockNotAvailable()),
        caused(ProgrammingError(), psycopg.errors.SyntaxError()),
        caused(DataError(), psycopg.errors.DivisionByZero()),
    ],
)
def test_other_database_errors_keep_their_traceback(error):
    assert not is_database_unusable(error)


def test_locked_file_is_not_reported_as_unusable(tmp_path):
    file = tmp_path / "m.sqlite3"
    first, second = (sqlite3.connect(file, timeout=0) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as caught:
        second.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as lacking:
        first.execute("SELECT * FROM nothing")
    first.close()
    second.close()

    assert not is_database_unusable(caused(OperationalError(), caught.value))
    assert is_database_unusable(caused(OperationalError(), lacking.value))

"""The PostgreSQL roles of `deploy/postgresql-roles.sql`."""

import os
from itertools import count

import psycopg
import pytest

from tests.support.stores import IsolatedDatabase
from tests.support.tenants_audit import DATABASE_ROLES

NUMBERS = count()  # the fixture is set up again where other tests come between


@pytest.fixture(scope="module")
def console(make_postgresql_database):
    """A database as the console may use it, with a call in its record."""
    owner = make_postgresql_database(f"roles_{os.getpid()}_{next(NUMBERS)}")
    url = owner.environment["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute(DATABASE_ROLES)
        connection.commit()
        connection.execute(DATABASE_ROLES)  # after the next migrate, once more
    console = IsolatedDatabase(url.replace("me@", "meridian_console@"))
    console.run_code("audited()").check_returncode()
    return console


READY = """
from django.test import Client
print(Client().get("/readyz").content.decode())
"""


def test_least_privileges_suffice_to_record_calls(console):
    result = console.run_code(READY)
    verified = console.run_command("audit_verify")

    assert "audit_log: ok" in result.stdout, result.stderr
    assert "role:" not in result.stdout
    assert "2 rows of 1 entries" in verified.stdout, verified.stderr


def test_rights_that_a_role_lacks_or_has_too_many_of_are_reported(make_postgresql_database):
    owner = make_postgresql_database(f"wrong_roles_{os.getpid()}")
    url = owner.environment["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute(DATABASE_ROLES)
        connection.execute("REVOKE SELECT ON console_webhook FROM meridian_console")
    console = IsolatedDatabase(url.replace("me@", "meridian_console@"))

    lacking = console.run_code(READY).stdout

    assert lacking == "database: no permission for 1 tables; run deploy/postgresql-roles.sql\n\n"
    assert "role: too many permissions" in owner.run_code(READY).stdout


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditrecord SET content = ''",
        "DELETE FROM audit_auditrecord",
        "TRUNCATE audit_auditrecord",
        "DELETE FROM audit_auditentry",
        "DELETE FROM audit_auditblock",
        "DELETE FROM audit_audithead",
        "UPDATE audit_auditfield SET field = ''",
        "DROP TABLE audit_auditrecord",
        "CREATE TABLE mine (id int)",
    ],
)
def test_least_privileges_cannot_change_entries(console, statement):
    with (
        psycopg.connect(console.environment["DATABASE_URL"]) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


AGED = """
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from tenants.audit import record_builder
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.versions import recorder
record_builder.time = SimpleNamespace(time_ns=lambda: time.time_ns() - 3000 * 86_400 * 10**9)
audited()
recorder.timezone = SimpleNamespace(now=lambda: datetime(2000, 1, 1, tzinfo=UTC))
for number in (1, 2):
    text = f'{{"clientName": "v{number}"}}'
    recorder.record_snapshot(1, ObjectSnapshot("us", 17, 4, "x", True, text, number))
"""


def test_retention_role_may_delete_old_entries(make_postgresql_database):
    owner = make_postgresql_database(f"retention_{os.getpid()}")
    url = owner.environment["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute(DATABASE_ROLES)
        connection.commit()
    console = IsolatedDatabase(url.replace("me@", "meridian_console@"))
    console.run_code(AGED).check_returncode()
    refused = console.run_command("audit_expire")
    role = IsolatedDatabase(url.replace("me@", "meridian_retention@"))
    done = role.run_command("audit_expire")
    verified = role.run_command("audit_verify")

    assert "this database role has no permission" in refused.stderr
    assert "Deleted 1 entries and 1 versions." in done.stdout, done.stderr
    assert "Verified" in verified.stdout, verified.stderr
    with psycopg.connect(role.environment["DATABASE_URL"]) as connection:
        for statement, error in {
            "UPDATE audit_auditrecord SET content = '{}'": "only grows",
            "UPDATE audit_auditrecord SET content = '{\"gone\":{}}' WHERE seq = 1": (
                "only grows"  # there is a tombstone already
            ),
            "UPDATE audit_auditrecord SET mac = ''": "permission denied",
            "DELETE FROM audit_auditrecord": "permission denied",
        }.items():
            with pytest.raises(psycopg.Error, match=error):
                connection.execute(statement)
            connection.rollback()

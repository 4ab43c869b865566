"""The role that `docs/operating.md` gives the console on PostgreSQL."""

import os
import re

import psycopg
import pytest

from tests.tenants.conftest import ROOT, Store

GRANTS = re.search(
    r"## Two roles.*?```sql\n(.*?)```", (ROOT / "docs/operating.md").read_text(), re.S
)


@pytest.fixture(scope="module")
def console(postgresql_model):
    """A database as the console may use it, with a call in its record."""
    owner = postgresql_model(f"roles_{os.getpid()}")
    url = owner.environment["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        assert GRANTS
        connection.execute(GRANTS[1])
        connection.commit()
        connection.execute(GRANTS[1])  # after the next migrate, once more
    console = Store(url.replace("me@", "meridian_console@"))
    console.run("audited()").check_returncode()
    return console


READY = """
from django.test import Client
print(Client().get("/readyz").content.decode())
"""


def test_it_is_enough_to_be_ready_and_to_keep_calls(console):
    found = console.run(READY)
    verified = console.manage("audit_verify")

    assert "record: ok" in found.stdout, found.stderr
    assert "2 rows of 1 entries" in verified.stdout, verified.stderr


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
def test_it_cannot_take_back_what_is_kept(console, statement):
    with (
        psycopg.connect(console.environment["DATABASE_URL"]) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)

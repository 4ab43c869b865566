"""A console that starts with something missing says so in one line each, without a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

from console.ops.generate_secrets import generate_secrets

ROOT = Path(__file__).parents[3]
START = "import console.wsgi"
UNWRITABLE = "import os\nos.access = lambda *arguments: False\n"


def start(url):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", START],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url, **generate_secrets()},
        capture_output=True,
        text=True,
    )


def messages(process):
    entries = [json.loads(line) for line in process.stderr.splitlines() if line[0] == "{"]
    return [entry["message"] for entry in entries if not entry["message"].startswith("mail: ")]


def test_database_file_that_cannot_be_created_stops_the_start():
    process = start("sqlite:////proc/meridian.sqlite3")

    assert process.returncode == 3
    (line,) = process.stderr.splitlines()
    assert line.startswith("the database that DATABASE_URL names cannot be used: unable to open")


def test_unreachable_database_is_named_and_waited_for():
    process = start("postgresql://me@127.0.0.1:1/meridian")

    assert process.returncode == 0
    (message,) = messages(process)
    assert message.startswith("database: connection failed: connection to server at")
    assert "Traceback" not in process.stderr


def test_database_without_tables_is_named(tmp_path):
    (message,) = messages(start(f"sqlite:///{tmp_path}/m.sqlite3"))

    assert message.endswith("to apply; run manage.py migrate")


def test_read_only_database_file_is_named(isolated_database):
    process = isolated_database.run_code(UNWRITABLE + START)

    if "sqlite" in isolated_database.environment["DATABASE_URL"]:
        assert "audit_log: not writable" in messages(process)
        assert any(text.endswith("is missing or can't be written") for text in messages(process))


def test_wrong_role_is_named(isolated_database):
    """Tests own the tables on PostgreSQL."""
    process = isolated_database.run_code(START)

    is_sqlite = "sqlite" in isolated_database.environment["DATABASE_URL"]
    excessive = "role: too many permissions; run deploy/postgresql-roles.sql"
    assert messages(process) == ([] if is_sqlite else [excessive])

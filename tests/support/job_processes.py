"""Helpers for the tests of tenants jobs."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import psycopg

TIMEOUT_SECONDS = 60  # seconds


def query_database(store, query):
    """Rows of the database, without starting Django for them."""
    url = store.environment["DATABASE_URL"]
    opened: Any
    if url.startswith("sqlite"):
        opened = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
    else:
        opened = psycopg.connect(url)
    with closing(opened) as connection, connection:
        rows = connection.execute(query)
        return rows.fetchall() if rows.description else []


def wait_until(reached):
    end = time.monotonic() + TIMEOUT_SECONDS
    while not reached():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)

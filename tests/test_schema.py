"""The schema that tests use."""

import re
import sqlite3
from contextlib import closing

from django.db import connection

INDEX_NAME = re.compile(r'INDEX "\w+"')  # of renamed tables, it has the old name
OBJECTS_SQL = """
SELECT sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
"""


def test_tables_of_tests_equal_those_of_migrations(db, migrated_sqlite_file):
    with connection.cursor() as cursor:
        created = read_schema(cursor)
    with closing(sqlite3.connect(migrated_sqlite_file)) as migrated:
        assert created == read_schema(migrated.cursor())


def read_schema(cursor):
    """Return the definitions, with columns in any order and names of indexes left out."""
    definitions = [sql for (sql,) in cursor.execute(OBJECTS_SQL).fetchall()]
    return sorted(
        sorted(re.split(r", |\(|\)", INDEX_NAME.sub("INDEX", sql))) for sql in definitions
    )

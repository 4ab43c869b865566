"""Index the search texts of clients and keys by trigrams.

SQLite has FTS5 tables that triggers update. A migration that rebuilds `KnownClient` or `KnownKey`
on SQLite drops the triggers and has to create them again.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

TABLES = {"console_knownclient": "known_client_text", "console_knownkey": "known_key_text"}
POSTGRESQL = "CREATE INDEX {index} ON {table} USING gin (words gin_trgm_ops)"
SQLITE = (
    """CREATE VIRTUAL TABLE {index}
    USING fts5(words, content='{table}', content_rowid='id', tokenize='trigram')""",
    "INSERT INTO {index} ({index}) VALUES ('rebuild')",
    """CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN
    INSERT INTO {index} (rowid, words) VALUES (new.id, new.words);
    END""",
    """CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN
    INSERT INTO {index} ({index}, rowid, words) VALUES ('delete', old.id, old.words);
    END""",
    """CREATE TRIGGER {index}_update AFTER UPDATE OF words ON {table}
    WHEN old.words IS NOT new.words BEGIN
    INSERT INTO {index} ({index}, rowid, words) VALUES ('delete', old.id, old.words);
    INSERT INTO {index} (rowid, words) VALUES (new.id, new.words);
    END""",
)


def create_indexes(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for table, index in TABLES.items():
        for statement in SQLITE if is_sqlite else (POSTGRESQL,):
            schema_editor.execute(statement.format(table=table, index=index), params=None)


def drop_indexes(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for index in TABLES.values():
        if is_sqlite:
            for event in ("insert", "delete", "update"):
                schema_editor.execute(f"DROP TRIGGER {index}_{event}")
        schema_editor.execute(f"DROP {'TABLE' if is_sqlite else 'INDEX'} {index}")


class Migration(migrations.Migration):
    dependencies = [("console", "0009_findings")]

    operations = [TrigramExtension(), migrations.RunPython(create_indexes, drop_indexes)]

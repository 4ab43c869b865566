"""Create the tables of SQLite from the models: a sixth of the time that migrations take."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython

OWN_PACKAGES = ("console.", "tenants.")


def copy_database(path: Path) -> None:
    """Copy the database into a new file in WAL mode, as migrations leave it.

    The switch to WAL fails while several threads open the file for the first time.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode=WAL")


def complete_tables() -> None:
    """Run the functions of our migrations, such as those that create triggers.

    Also marks all migrations as applied. `tests/test_schema.py` compares the result with
    that of the migrations.
    """
    settings.MIGRATION_MODULES = {}  # pytest-django turned them off
    executor = MigrationExecutor(connection)
    executor.recorder.ensure_schema()
    with connection.schema_editor() as editor:
        for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
            if migration.__module__.startswith(OWN_PACKAGES):
                for operation in migration.operations:
                    if isinstance(operation, RunPython):
                        operation.code(apps, editor)  # type: ignore[arg-type]
            executor.recorder.record_applied(migration.app_label, migration.name)

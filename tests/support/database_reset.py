"""Empty the database after tests that commit."""

from django.conf import settings
from django.core.management.color import no_style
from django.db import OperationalError, connection, transaction

from tenants.audit.integrity.append_only import create_chain_head, install_triggers
from tests.support import live_requests
from tests.support.audit_tampering import drop_append_only_triggers

# Made by migrations or after them, and changed by no test.
KEPT_TABLES = {"auth_permission", "django_content_type", "django_site"}
CACHE_TABLE = str(settings.CACHES["default"]["LOCATION"])  # a table of no model


MAX_ATTEMPTS = 5


def reset_database(_case: object = None) -> None:
    """Restore the state after the migrations.

    Django's flush empties every table and recreates all permissions: a third of a second
    per browser test. It also can't empty the append-only audit log or recreate its head.

    Waits for requests that a page still makes, which would fail during the next test.
    Retries where PostgreSQL ends this transaction because of a deadlock.
    """
    live_requests.wait_for_live_requests()
    for left in reversed(range(MAX_ATTEMPTS)):
        try:
            with transaction.atomic():
                return _flush_tables()
        except OperationalError:
            if not left:
                raise


def _flush_tables() -> None:
    drop_append_only_triggers()
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [CACHE_TABLE, *(name for name in found if name not in KEPT_TABLES)]
    if connection.vendor == "sqlite":  # others empty those that belong together
        tables = _nonempty_tables(tables)
    statements = connection.ops.sql_flush(no_style(), tables)
    connection.ops.execute_sql_flush(statements)
    create_chain_head(connection)
    install_triggers(connection)


def _nonempty_tables(tables: list[str]) -> list[str]:
    """Return the tables that have rows."""
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return [name for (name,) in cursor.fetchall()]

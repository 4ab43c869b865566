"""Cleanup after tests that commit."""

import threading
import time
from contextlib import closing, suppress

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import OperationalError, connection, transaction

from tenants.audit.integrity.append_only import has_triggers
from tenants.models import Organization
from tests.support.audit_tampering import drop_append_only_triggers
from tests.support.database_reset import reset_database

pytestmark = pytest.mark.django_db(transaction=True)

# Somebody waits for a lock that this transaction has.
WAITS = "SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def test_log_without_triggers_is_emptied():
    drop_append_only_triggers()

    reset_database()

    assert has_triggers(connection)


def test_cache_is_emptied():
    cache.set("said", "once")

    reset_database()

    assert cache.get("said") is None


def test_emptying_does_not_deadlock_with_a_request():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole database, in one order")
    User.objects.create_user("ida")
    holds = threading.Event()

    def request():
        # Mostly it is not this one that fails, since it came to wait later.
        with suppress(OperationalError), closing(connection), transaction.atomic():
            list(User.objects.all())
            list(Organization.objects.all())
            holds.set()
            with connection.cursor() as cursor:
                while not cursor.execute(WAITS).fetchone():
                    time.sleep(0.01)
                for name in reversed(connection.introspection.django_table_names()):
                    cursor.execute(f'LOCK TABLE "{name}" IN ACCESS SHARE MODE')

    other = threading.Thread(target=request, daemon=True)
    other.start()
    holds.wait(60)

    reset_database()

    other.join()
    assert not User.objects.exists()
    assert has_triggers(connection)

"""What tests with transactions of their own leave for the next."""

import threading

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, transaction

from tenants.audit.begin import is_guarded
from tenants.models import Organization
from tests.emptying import empty
from tests.record import unguard

pytestmark = pytest.mark.django_db(transaction=True)


def test_empties_a_record_whose_triggers_are_gone_already():
    unguard()

    empty()

    assert is_guarded(connection)


def test_empties_what_is_kept_for_a_while():
    cache.set("said", "once")

    empty()

    assert cache.get("said") is None


def test_empties_beside_a_request_that_takes_the_tables_in_another_order():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole database, in one order")
    User.objects.create_user("ida")
    holds, goes_on = threading.Event(), threading.Event()

    def request():
        with transaction.atomic():
            list(User.objects.all())
            list(Organization.objects.all())
            holds.set()
            goes_on.wait(10)
            with connection.cursor() as cursor:
                for name in reversed(connection.introspection.django_table_names()):
                    cursor.execute(f'LOCK TABLE "{name}" IN ACCESS SHARE MODE')
        connection.close()

    other = threading.Thread(target=request)
    other.start()
    holds.wait(10)
    threading.Timer(0.3, goes_on.set).start()

    empty()

    other.join()
    assert not User.objects.exists()
    assert is_guarded(connection)

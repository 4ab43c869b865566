"""The cache in the database."""

import pytest
from django.core.cache import cache, caches
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("value", ["text", "\ud800\x00", 5, 1.5, None, True, [1, "a"], {"a": []}])
def test_value_is_read_as_written(value):
    cache.set("key", value)

    assert cache.get("key", "default") == value


def test_add_fails_while_the_key_is_in_use(time_machine):
    time_machine.move_to(now := timezone.now(), tick=False)
    assert cache.add("key", "first", 60)
    assert not cache.add("key", "second", 60)
    assert cache.get("key") == "first"

    time_machine.shift(60)

    assert timezone.now() > now
    assert cache.get("key") is None
    assert cache.add("key", "third", 60)
    assert cache.get("key") == "third"


def test_set_replaces_value_and_expiry(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    cache.set("key", "first", 10)
    cache.set("key", "second", 60)

    time_machine.shift(30)

    assert cache.get_many(["key", "other"]) == {"key": "second"}


def test_touch_extends_a_key_in_use_only(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    cache.set("key", "value", 10)

    assert cache.touch("key", 60)
    assert not cache.touch("other", 60)

    time_machine.shift(30)
    assert cache.get("key") == "value"


def test_entry_without_timeout_stays():
    cache.set("key", "value", None)

    assert cache.get("key") == "value"
    assert not cache.add("key", "other")


def test_full_table_loses_expired_entries_first(time_machine, monkeypatch):
    time_machine.move_to(timezone.now(), tick=False)
    cache.set("expired", "value", 1)
    cache.set("kept", "value", 60)
    monkeypatch.setattr(caches["default"], "_max_entries", 1)
    time_machine.shift(30)

    cache.set("new", "value", 60)

    assert cache.get_many(["kept", "new"]) == {"kept": "value", "new": "value"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache")
        assert cursor.fetchone() == (2,)


def test_write_that_the_database_rejects_returns_false(monkeypatch):
    execute = CursorWrapper.execute

    def reject(self, sql, params=None):
        if sql.startswith("INSERT"):
            raise DatabaseError("locked")
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", reject)

    assert not cache.add("key", "value")

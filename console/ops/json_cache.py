"""A database cache whose values are JSON, so that a changed row can't execute code.

Django's own backend stores pickles.
"""

import json
import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, connections, router, transaction
from django.utils.timezone import now

from tenants.concurrency.write_queue import exclusive_write

logger = logging.getLogger(__name__)


class JSONDatabaseCache(DatabaseCache):
    """Read and write JSON values; a row with anything else counts as missing."""

    _table: str
    _cull: Callable[..., None]

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not names:
            return {}
        connection = connections[router.db_for_read(self.cache_model_class)]
        table = connection.ops.quote_name(self._table)
        placeholders = ", ".join(["%s"] * len(names))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cache_key, value FROM {table}"  # noqa: S608  a setting and placeholders
                f" WHERE cache_key IN ({placeholders}) AND expires > %s",
                [*names, connection.ops.adapt_datetimefield_value(now())],
            )
            rows = cursor.fetchall()
        values = {}
        for name, text in rows:
            try:
                values[names[name]] = json.loads(text)
            except (ValueError, RecursionError):
                logger.warning("the cache entry %s is not JSON; it is ignored", name)
        return values

    def touch(
        self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        values = self.get_many([key], version)
        name = self.make_and_validate_key(key, version=version)
        return key in values and self._base_set("set", name, values[key], timeout)

    def _base_set(
        self, mode: str, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT
    ) -> bool:
        """Write a value; with the mode ``add``, only if no unexpired row has the key.

        Return False if it wasn't written, also when the database rejects it.
        """
        text = json.dumps(value)
        database = router.db_for_write(self.cache_model_class)
        connection = connections[database]
        adapt = connection.ops.adapt_datetimefield_value
        table = connection.ops.quote_name(self._table)
        expires_at = self.get_backend_timeout(timeout)
        expires = (
            datetime.max.replace(tzinfo=UTC)
            if expires_at is None
            else datetime.fromtimestamp(expires_at, tz=UTC)
        )
        upsert = (
            f"INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)"  # noqa: S608
            " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value,"
            " expires = excluded.expires"
        )
        params = [key, text, adapt(expires)]
        if mode == "add":
            upsert += f" WHERE {table}.expires <= %s"
            params.append(adapt(now()))
        # In order: of many threads that poll for SQLite's lock, some would fail.
        turn = nullcontext() if connection.in_atomic_block else exclusive_write()
        with turn, connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608
            if (count := cursor.fetchone()[0]) > self._max_entries:
                self._cull(database, cursor, now(), count)
            try:
                with transaction.atomic(using=database):
                    cursor.execute(upsert, params)
            except DatabaseError:
                return False
            return bool(cursor.rowcount)

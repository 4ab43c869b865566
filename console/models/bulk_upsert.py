"""Insert or update many rows with few statements.

Django's `bulk_create` builds a model for each row and an expression for each value, which costs
three times as much. A statement for each row would be slow in SQLite, where it updates the text
index at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import batched, chain
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, Model

MAX_PARAMS = 20_000  # of a statement; SQLite allows 32,766

type Row = Mapping[str, Any]  # the value of each column, by the name of its field


def upsert_rows(
    model: type[Model],
    rows: Iterable[Row],
    unique_fields: Sequence[str],
    update_fields: Sequence[str] = (),
) -> None:
    """Insert ``rows``, which all have the same fields.

    Of rows that exist, ``update_fields`` are updated; without any, these rows stay.
    """
    rows = list(rows)
    if not rows:
        return
    params = [list(row.values()) for row in rows]
    for position, field in enumerate(map(model._meta.get_field, rows[0])):
        if isinstance(field, DateTimeField):  # the other types are stored as they are
            prepare = partial(field.get_db_prep_save, connection=connection)
            for values in params:
                values[position] = prepare(values[position])
    names = list(rows[0])
    update = ", ".join(f"{name} = excluded.{name}" for name in _columns(model, update_fields))
    placeholders = "({})".format(", ".join(["%s"] * len(names)))
    with transaction.atomic(), connection.cursor() as cursor:
        for batch in batched(params, MAX_PARAMS // len(names), strict=False):
            sql = "INSERT INTO {} ({}) VALUES {} ON CONFLICT ({}) DO {}".format(  # noqa: S608
                connection.ops.quote_name(model._meta.db_table),
                ", ".join(_columns(model, names)),
                ", ".join([placeholders] * len(batch)),
                ", ".join(_columns(model, unique_fields)),
                f"UPDATE SET {update}" if update else "NOTHING",
            )
            cursor.execute(sql, list(chain.from_iterable(batch)))


def _columns(model: type[Model], names: Iterable[str]) -> list[str]:
    fields = map(model._meta.get_field, names)
    return [connection.ops.quote_name(str(getattr(field, "column", ""))) for field in fields]

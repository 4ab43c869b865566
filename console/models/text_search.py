"""Search the texts of the inventory with the trigram indexes of the database."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from console.models.index import KnownClient, KnownKey

# FTS5 tables of SQLite; PostgreSQL uses its index for `contains` by itself.
TEXT_TABLES: dict[type[Model], str] = {KnownClient: "known_client_text", KnownKey: "known_key_text"}
MIN_INDEXED_CHARS = 3  # shorter words have no trigram
MAX_INDEXED_ROWS = 1000  # with more, the first rows in any order come sooner without the index


def filter_words[Row: Model](
    rows: QuerySet[Row], words: Sequence[str], excluded_words: Sequence[str] = ()
) -> QuerySet[Row]:
    """Return the clients or keys whose search text has all ``words`` and no excluded one.

    All words are in lower case.
    """
    if any("\0" in word for word in (*words, *excluded_words)):  # not allowed in queries
        return rows.none()
    for word in excluded_words:
        rows = rows.exclude(words__contains=word)
    for word in words:
        rows = rows.filter(words__contains=word)
    indexed = [word for word in words if len(word) >= MIN_INDEXED_CHARS]
    if connection.vendor != "sqlite" or not indexed:
        return rows
    query = " ".join('"{}"'.format(word.replace('"', '""')) for word in indexed)
    table = TEXT_TABLES[rows.model]
    sql = f"SELECT rowid FROM {table} WHERE {table} MATCH %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql} LIMIT %s)", [query, MAX_INDEXED_ROWS + 1])  # noqa: S608
        (count,) = cursor.fetchone()
    return rows if count > MAX_INDEXED_ROWS else rows.filter(pk__in=RawSQL(sql, [query]))  # noqa: S611

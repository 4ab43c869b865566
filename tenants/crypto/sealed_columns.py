"""Registry of the encrypted columns: to rotate their keys, and to find rows of a lost key."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q, QuerySet

from tenants.crypto import vault


@dataclass(frozen=True, slots=True)
class SealedColumns:
    """Encrypted columns of a model.

    ``columns`` are field lookups; ``reseal`` encrypts values with the current key, row by row,
    yields the changed rows and skips values that can't be decrypted. ``is_expendable``: nobody
    can or must enter lost values again.
    """

    rows: Callable[[], QuerySet[models.Model]]
    columns: tuple[str, ...]
    reseal: Callable[[], Iterator[object]]
    is_expendable: bool = False

    def find_other_keys(self, *keys: str) -> QuerySet[models.Model]:
        """Return the rows with a value that none of these keys encrypted."""
        return self.rows().filter(
            reduce(or_, (_starts(column, "") & ~_starts(column, *keys) for column in self.columns))
        )

    def find_lost(self) -> QuerySet[models.Model]:
        """Return the rows with a value whose key is missing in ``VAULT_KEYS``."""
        return self.find_other_keys(*vault.get_key_ring())


SEALED_COLUMNS: dict[str, SealedColumns] = {}  # by the plural name of the objects


def register_columns[Row: models.Model](
    name: str,
    rows: Callable[[], QuerySet[Row]],
    context: Callable[[Row, str], str],
    *columns: str,
    is_expendable: bool = False,
) -> None:
    """Register columns; ``context`` returns the encryption context of a row's column."""
    SEALED_COLUMNS[name] = SealedColumns(
        rows, columns, lambda: reseal_rows(rows(), context, *columns), is_expendable
    )


def reseal_rows[Row: models.Model](
    rows: QuerySet[Row], context: Callable[[Row, str], str], *columns: str
) -> Iterator[Row]:
    """Encrypt columns with the current key, row by row, and yield the changed rows.

    Values that were set meanwhile stay, and so do rows that can't be decrypted.
    """
    for row in vault.iterate_rows(rows):
        old = {column: value for column in columns if (value := getattr(row, column))}
        try:
            new = {
                column: vault.reseal(value, context(row, column)) for column, value in old.items()
            }
        except vault.UnsealError:
            continue
        stale = {column: value for column, value in old.items() if value != new[column]}
        same = type(row)._default_manager.filter(pk=row.pk, **stale)
        if stale and same.update(**{column: new[column] for column in stale}):
            yield row


def _starts(column: str, *keys: str) -> Q:
    return reduce(or_, (Q(**{f"{column}__startswith": vault.key_prefix(key)}) for key in keys))

"""The rows of the chain in their order, a few at a time."""

from collections.abc import Iterator

from django.db import connection

from tenants.audit.chain import Link
from tenants.audit.models import AuditRecord

STEP = 2000  # rows
LAST = 2**63 - 1

_ROWS = (
    "SELECT seq, entry, phase, content, key, mac "  # noqa: S608
    f"FROM {AuditRecord._meta.db_table} WHERE seq > %s AND seq <= %s "
    "ORDER BY seq LIMIT %s"
)


def links(after: int = 0, upto: int = LAST) -> Iterator[Link]:
    """From the row that follows ``after`` on; what is added meanwhile comes too."""
    while after < upto:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, (after, upto, STEP))
            rows = cursor.fetchall()
        if not rows:
            return
        for row in rows:
            yield Link._make(row)
        after = rows[-1][0]

"""Looking into the values that entries were to change, as they are stored."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from tenants.audit.letters import spellings

type SQL = tuple[str, tuple[Any, ...]]

# Each change of an entry, and the JSON text of a member of it. Text, since the one
# that PostgreSQL would make of it may hold no NUL; compared without regard to case in
# ASCII alone, as SQLite does.
EACH = {
    "sqlite": "json_each({changed}) c",
    "postgresql": "json_array_elements(({changed})::json) AS c(value)",
}
TEXT = {
    "sqlite": "(c.value -> '$.{member}') LIKE %s ESCAPE '\\'",
    "postgresql": "UPPER((c.value -> '{member}')::text) LIKE UPPER(%s)",
}


class Inside(Func):
    """Whether one change, of any of ``fields`` if there are some, had all of ``old``
    in its value before and all of ``new`` in the one after."""

    output_field = BooleanField()

    def __init__(
        self,
        changed: F,
        fields: Sequence[str],
        old: Sequence[str],
        new: Sequence[str],
        **extra: Any,
    ) -> None:
        super().__init__(changed, **extra)
        self.members = [("before", one) for one in old] + [
            ("after", one) for one in new
        ]
        self.fields = fields

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> SQL:
        changed, given = compiler.compile(self.source_expressions[0])
        text = TEXT[connection.vendor]
        wanted, values = [], []
        for member, one in self.members:
            ways = [f"%{_like(_written(way))}%" for way in spellings(one)]
            wanted.append(f"({' OR '.join([text.format(member=member)] * len(ways))})")
            values += ways
        if names := [_like(one) for one in self.fields]:
            patterns = [f'"{one}{end}' for one in names for end in ('"', ".%", "[%")]
            named = text.format(member="field")
            wanted.append(f"({' OR '.join([named] * len(patterns))})")
            values += patterns
        each = EACH[connection.vendor].format(changed=changed)
        asked = " AND ".join(wanted)
        return f"EXISTS (SELECT 1 FROM {each} WHERE {asked})", (*given, *values)  # noqa: S608


def _written(text: str) -> str:
    """How a piece of text stands within JSON in ASCII."""
    return json.dumps(text)[1:-1]


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

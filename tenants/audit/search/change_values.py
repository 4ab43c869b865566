"""Search in the stored values of changes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from tenants.audit.search.filters import ValueSynonym
from tenants.audit.search.text_normalization import case_variants

type SQL = tuple[str, tuple[Any, ...]]

# Each change of an entry, and the JSON text of a member of it. Text, since the one
# that PostgreSQL would make of it may hold no NUL; compared without regard to case in
# ASCII alone, as SQLite does.
EACH_CHANGE_SQL = {
    "sqlite": "json_each({changed}) c",
    "postgresql": "json_array_elements(({changed})::json) AS c(value)",
}
MEMBER_TEXT_SQL = {
    "sqlite": "(c.value -> '$.{member}')",
    "postgresql": "(c.value -> '{member}')::text",
}
LIKE_SQL = {"sqlite": "{text} LIKE %s ESCAPE '\\'", "postgresql": "UPPER({text}) LIKE UPPER(%s)"}


class ChangeValueMatch(Func):
    """Match entries with one change that has all ``old`` and all ``new`` texts.

    The change must be of one of ``fields``, if any. ``meanings`` are synonyms of the texts.
    """

    output_field = BooleanField()

    def __init__(
        self,
        changed: F,
        fields: Sequence[str],
        old: Sequence[str],
        new: Sequence[str],
        meanings: Mapping[str, Sequence[ValueSynonym]],
        **extra: Any,
    ) -> None:
        super().__init__(changed, **extra)
        self.members = [("before", value) for value in old] + [("after", value) for value in new]
        self.fields = fields
        self.meanings = meanings

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> SQL:
        changed, params = compiler.compile(self.source_expressions[0])
        expected, values = [], []
        for member, text in self.members:
            alternatives = [*self._alternatives(connection.vendor, member, text)]
            expected.append(f"({' OR '.join(requested for requested, _ in alternatives)})")
            values += [value for _, params in alternatives for value in params]
        if names := [_escape_like(field) for field in self.fields]:
            patterns = [f'"{name}{suffix}' for name in names for suffix in ('"', ".%", "[%")]
            field_condition = _like_sql(connection.vendor, "field")
            expected.append(f"({' OR '.join([field_condition] * len(patterns))})")
            values += patterns
        each = EACH_CHANGE_SQL[connection.vendor].format(changed=changed)
        condition = " AND ".join(expected)
        return f"EXISTS (SELECT 1 FROM {each} WHERE {condition})", (*params, *values)  # noqa: S608

    def _alternatives(self, vendor: str, member: str, text: str) -> Iterator[SQL]:
        """Yield conditions by which a text is found in a value."""
        like = _like_sql(vendor, member)
        for variant in case_variants(text):
            yield like, (f"%{_escape_like(json.dumps(variant)[1:-1])}%",)
        for meaning in self.meanings.get(text, ()):
            pattern, names = _escape_like(meaning.text), [*map(json.dumps, meaning.fields)]
            requested = like
            if names:
                field = MEMBER_TEXT_SQL[vendor].format(member="field")
                requested = f"({like} AND {field} IN ({', '.join(['%s'] * len(names))}))"
            yield requested, (pattern if meaning.is_whole else f"%{pattern}%", *names)


def _like_sql(vendor: str, member: str) -> str:
    return LIKE_SQL[vendor].format(text=MEMBER_TEXT_SQL[vendor].format(member=member))


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

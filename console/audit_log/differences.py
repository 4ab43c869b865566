"""Changes of an entry as diff lines, and values that link to a search."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, NamedTuple, Self

from console.audit_log.change_descriptions import ChangeDescription, load_changes
from console.templatetags.text import search_value
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import FieldChange, get_top_level_field


class SearchableValue(str):
    """A displayed value; ``search_text`` finds it as ``old:`` or ``new:``, if not empty."""

    search_text: str

    @classmethod
    def build(cls, text: str, value: Any, subject: str) -> Self:
        searchable = cls(text)
        searchable.search_text = search_text_for(value, subject)
        return searchable


def search_text_for(value: Any, subject: str) -> str:
    """Return the search text for a value, or "" if it contains the subject."""
    return "" if subject and subject in str(value) else search_value(value)


def link_values(
    entry: AuditEntry, changes: Iterable[ChangeDescription]
) -> Iterator[ChangeDescription]:
    """Yield changes whose values are searchable."""
    for description, change in zip(changes, load_changes(entry.changes), strict=True):
        yield _link_change(description, change, entry.subject)


def _link_change(
    description: ChangeDescription, change: FieldChange, subject: str
) -> ChangeDescription:
    linked = replace(
        description,
        before=SearchableValue.build(description.before, change.before, subject),
        after=SearchableValue.build(description.after, change.after, subject),
    )
    if not (description.added or description.removed):
        return linked
    added = zip(description.added, change.added, strict=True)
    removed = zip(description.removed, change.removed, strict=True)
    return replace(
        linked,
        added=tuple(SearchableValue.build(words, value, subject) for words, value in added),
        removed=tuple(SearchableValue.build(words, value, subject) for words, value in removed),
    )


# Characters that change the text direction, end a line or are invisible; displayed as JSON
# escapes.
INVISIBLE_CHARS = re.compile("[\x85\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# A line with a scalar value: ``"name": "text",``.
JSON_VALUE_LINE = re.compile(
    r'(?:"(?:[^"\\]|\\.)*": )?("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false),?'
)
MAX_DIFF_LINES = 2000  # longer values are displayed without comparing their lines


class DiffLine(NamedTuple):
    """A line of a diff; ``kind`` is "del", "ins" or "".

    ``search_text`` finds its value among changes of ``member``, if not empty.
    """

    kind: str
    text: str
    member: str = ""
    search_text: str = ""

    @property
    def sign(self) -> str:
        return {"del": "−", "ins": "+"}.get(self.kind, "")


def diff_changes(changes: Iterable[Mapping[str, Any]], subject: str = "") -> list[DiffLine]:
    """Return the changes of an entry as diff lines, field by field."""
    return [
        _with_search_text(line, change["field"], subject)
        for change in changes
        for line in _diff_lines(
            _to_lines(change["field"], change["before"]),
            _to_lines(change["field"], change["after"]),
        )
    ]


def _with_search_text(line: DiffLine, field: str, subject: str) -> DiffLine:
    value = JSON_VALUE_LINE.fullmatch(line.text.strip()) if line.kind else None
    if value is None:
        return line
    search_text = search_text_for(json.loads(value[1]), subject)
    return line._replace(member=get_top_level_field(field), search_text=search_text)


def _to_lines(field: str, value: Any) -> list[str]:
    """Return a value as JSON lines; None has no lines."""
    if value is None:
        return []
    text = json.dumps(value, indent=2, ensure_ascii=False)
    text = INVISIBLE_CHARS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return f"{json.dumps(field, ensure_ascii=False)}: {text}".split("\n")


def _diff_lines(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    if len(before) + len(after) > MAX_DIFF_LINES:
        yield from (DiffLine("del", text) for text in before)
        yield from (DiffLine("ins", text) for text in after)
        return
    # A comma added after a list item isn't a change of the item.
    old_lines, new_lines = ([text.removesuffix(",") for text in lines] for lines in (before, after))
    matcher = SequenceMatcher(a=old_lines, b=new_lines, autojunk=False)
    for kind, low, high, start, end in matcher.get_opcodes():
        if kind == "equal":
            yield from (DiffLine("", text) for text in after[start:end])
        else:
            yield from (DiffLine("del", text) for text in before[low:high])
            yield from (DiffLine("ins", text) for text in after[start:end])

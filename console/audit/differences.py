"""What changed, as lines of JSON: those that went and those that came."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from console.audit.tracing import traceable
from tenants.authlete.changes import member_of

# What turns the direction of text around, ends a line, or is not seen: told as JSON
# escapes it.
UNSEEN = re.compile("[\x85\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# A line that has a value of its own: ``"name": "text",``.
VALUE = re.compile(
    r'(?:"(?:[^"\\]|\\.)*": )?("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false),?'
)
MOST = 2000  # lines of one value that are compared, and not only told before and after


class Line(NamedTuple):
    """``kind`` is del, ins, or empty for a line that is in both.

    ``sought`` is what finds its value among changes of ``member``, if there is one.
    """

    kind: str
    text: str
    member: str = ""
    sought: str = ""

    @property
    def sign(self) -> str:
        return {"del": "−", "ins": "+"}.get(self.kind, "")


def differences(changes: Iterable[Mapping[str, Any]], subject: str = "") -> list[Line]:
    """The changes of an entry, one member of the object after the other."""
    return [
        _traced(line, change["field"], subject)
        for change in changes
        for line in _between(
            _lines(change["field"], change["before"]),
            _lines(change["field"], change["after"]),
        )
    ]


def _traced(line: Line, field: str, subject: str) -> Line:
    value = VALUE.fullmatch(line.text.strip()) if line.kind else None
    if value is None:
        return line
    found = traceable(json.loads(value[1]), subject)
    return line._replace(member=member_of(field), sought=found)


def _lines(field: str, value: Any) -> list[str]:
    """A member that is null or absent, which are the same, has none."""
    if value is None:
        return []
    text = json.dumps(value, indent=2, ensure_ascii=False)
    text = UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return f"{json.dumps(field, ensure_ascii=False)}: {text}".split("\n")


def _between(before: list[str], after: list[str]) -> Iterator[Line]:
    if len(before) + len(after) > MOST:
        yield from (Line("del", text) for text in before)
        yield from (Line("ins", text) for text in after)
        return
    # An item of a list is the same when only the comma behind it is new.
    was, now = ([text.removesuffix(",") for text in one] for one in (before, after))
    matcher = SequenceMatcher(a=was, b=now, autojunk=False)
    for kind, low, high, start, end in matcher.get_opcodes():
        if kind == "equal":
            yield from (Line("", text) for text in after[start:end])
        else:
            yield from (Line("del", text) for text in before[low:high])
            yield from (Line("ins", text) for text in after[start:end])

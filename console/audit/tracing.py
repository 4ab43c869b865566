"""Values that an entry changed, each with what finds all changes from or to it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Self

from console.sentences import Sentence, stored
from console.templatetags.words import sought
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import Change


class Value(str):
    """A value in words; ``sought`` is what can be typed after ``old:`` or ``new:``,
    empty where nothing can."""

    sought: str

    @classmethod
    def of(cls, words: str, value: Any, subject: str) -> Self:
        found = cls(words)
        found.sought = traceable(value, subject)
        return found


def traceable(value: Any, subject: str) -> str:
    """What finds a value of an entry; no address may hold its subject."""
    return "" if subject and subject in str(value) else sought(value)


def traced(entry: AuditEntry, told: Iterable[Sentence]) -> Iterator[Sentence]:
    """What an entry changed, its values such that they can be looked for."""
    for one, change in zip(told, stored(entry.changes), strict=True):
        yield _traced(one, change, entry.subject)


def _traced(one: Sentence, change: Change, subject: str) -> Sentence:
    found = replace(
        one,
        was=Value.of(one.was, change.before, subject),
        now=Value.of(one.now, change.after, subject),
    )
    if not (one.gained or one.lost):
        return found
    gained = zip(one.gained, change.added, strict=True)
    lost = zip(one.lost, change.removed, strict=True)
    return replace(
        found,
        gained=tuple(Value.of(words, value, subject) for words, value in gained),
        lost=tuple(Value.of(words, value, subject) for words, value in lost),
    )

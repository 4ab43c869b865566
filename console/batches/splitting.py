"""The objects of a JSON file, each with where it begins; never all of it at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.batches.faults import Cut, Fault

LONGEST = 262_144  # characters of one token
OUTSIDE, INSIDE = re.compile(r'["{}\[\],]'), re.compile(r'["\\]')
SPACE = re.compile(r"[ \t\n]*")


@dataclass(frozen=True, slots=True)
class Record:
    """The text of one token; line and column are counted from 1."""

    line: int
    column: int
    text: str

    def place(self, at: int) -> tuple[int, int]:
        """The line and column of the character at ``at``."""
        line = self.text.count("\n", 0, at)
        if not line:
            return self.line, self.column + at
        return self.line + line, at - self.text.rfind("\n", 0, at)


def lines(texts: Iterator[str]) -> Iterator[Record]:
    """Each line that is not blank."""
    number, rest = 1, ""
    for text in texts:
        *whole, rest = (rest + text).split("\n")
        for one in whole:
            if one.strip():
                yield _short(Record(number, 1, one))
            number += 1
        _short(Record(number, 1, rest))
    if rest.strip():
        yield Record(number, 1, rest)


def elements(texts: Iterator[str]) -> Iterator[Record]:
    """Each element of the outermost array; raises `Cut` where it has no end."""
    return _Array(texts).elements()


def _short(record: Record) -> Record:
    if len(record.text) > LONGEST:
        raise Cut(Fault(record.line, record.column, "too_long"))
    return record


class _Array:
    """Walks from bracket to bracket; what is behind it is let go."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._line, self._column = 1, 1
        self._from = 0  # the character that these are of
        self._at = 0  # what is looked at
        self._begin = 0  # of the element

    def elements(self) -> Iterator[Record]:
        self._more()
        self._at = self._begin = SPACE.match(self._text).end() + 1  # type: ignore[union-attr]
        depth, quoted, some = 1, False, False
        while depth:
            mark = self._next(INSIDE if quoted else OUTSIDE)
            if quoted:
                quoted = mark != '"'
                self._at += mark == "\\"  # and what it escapes
            elif mark == '"':
                quoted = True
            elif mark in "{[":
                depth += 1
            elif mark in "}]":
                depth -= 1
            if depth and not (depth == 1 and mark == "," and not quoted):
                continue
            record = self._record()
            if depth or some or record.text:
                yield _short(record)
            some, self._begin = True, self._at
        while True:
            if rest := self._text[self._at :].lstrip():
                place = self._behind(len(self._text) - len(rest))
                raise Cut(Fault(*place, "array_more"))
            self._begin = self._at = len(self._text)
            if not self._more():
                return

    def _next(self, marks: re.Pattern[str]) -> str:
        """The next of these marks, which is then behind us."""
        while not (found := marks.search(self._text, self._at)) or (
            found.end() == len(self._text) and found[0] == "\\"
        ):
            self._at = found.start() if found else len(self._text)
            if not self._more():
                place = self._behind(len(self._text))
                raise Cut(Fault(*place, "array_end"))
            if len(self._text) - self._begin > 2 * LONGEST:
                raise Cut(Fault(*self._behind(self._begin), "too_long"))
        self._at = found.end()
        return found[0]

    def _record(self) -> Record:
        """What stands between where the element began and the mark behind it."""
        begin = SPACE.match(self._text, self._begin, self._at - 1).end()  # type: ignore[union-attr]
        text = self._text[begin : self._at - 1].rstrip()
        return Record(*self._behind(begin), text)

    def _behind(self, at: int) -> tuple[int, int]:
        """The line and column of a character further on."""
        passed = self._text.count("\n", self._from, at)
        if passed:
            self._line += passed
            self._column = at - self._text.rfind("\n", self._from, at)
        else:
            self._column += at - self._from
        self._from = at
        return self._line, self._column

    def _more(self) -> bool:
        """Read on, and let go what stands before the element."""
        self._behind(self._begin)
        self._text = self._text[self._begin :]
        self._at -= self._begin
        self._from = self._begin = 0
        for text in self._texts:
            if text:
                self._text += text
                return True
        return False

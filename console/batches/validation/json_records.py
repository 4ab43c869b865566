"""Read the objects of a JSON file with their positions, without loading the whole file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.batches.validation.issues import UnreadableFileError, ValidationIssue

MAX_TOKEN_CHARS = 262_144
OUTSIDE_STRING, INSIDE_STRING = re.compile(r'["{}\[\],]'), re.compile(r'["\\]')
JSON_WHITESPACE = re.compile(r"[ \t\n]*")


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """The text of one token; line and column count from 1."""

    line: int
    column: int
    text: str

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of the character at ``offset``."""
        line = self.text.count("\n", 0, offset)
        if not line:
            return self.line, self.column + offset
        return self.line + line, offset - self.text.rfind("\n", 0, offset)


def read_lines(texts: Iterator[str]) -> Iterator[JsonRecord]:
    """Yield the lines that aren't blank."""
    number, unfinished = 1, ""
    for text in texts:
        *lines, unfinished = (unfinished + text).split("\n")
        for line in lines:
            if line.strip():
                yield _check_length(JsonRecord(number, 1, line))
            number += 1
        _check_length(JsonRecord(number, 1, unfinished))
    if unfinished.strip():
        yield JsonRecord(number, 1, unfinished)


def read_elements(texts: Iterator[str]) -> Iterator[JsonRecord]:
    """Yield the elements of the top-level array; raises `UnreadableFileError`."""
    return _ArrayReader(texts).elements()


def _check_length(record: JsonRecord) -> JsonRecord:
    if len(record.text) > MAX_TOKEN_CHARS:
        raise UnreadableFileError(ValidationIssue(record.line, record.column, "too_long"))
    return record


class _ArrayReader:
    """Scans an array bracket by bracket, and drops the text before the current element."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._line, self._column = 1, 1
        self._position_offset = 0  # of the line and column
        self._offset = 0  # of the scan
        self._start = 0  # of the current element

    def elements(self) -> Iterator[JsonRecord]:
        """Yield the elements."""
        self._read_more()
        self._offset = self._start = JSON_WHITESPACE.match(self._text).end() + 1  # type: ignore[union-attr]
        depth, quoted, has_elements = 1, False, False
        while depth:
            mark = self._find_next(INSIDE_STRING if quoted else OUTSIDE_STRING)
            if quoted:
                quoted = mark != '"'
                self._offset += mark == "\\"  # skip the escaped character
            elif mark == '"':
                quoted = True
            elif mark in "{[":
                depth += 1
            elif mark in "}]":
                depth -= 1
            if depth and not (depth == 1 and mark == "," and not quoted):
                continue
            record = self._record()
            if depth or has_elements or record.text:
                yield _check_length(record)
            has_elements, self._start = True, self._offset
        while True:
            if trailing_text := self._text[self._offset :].lstrip():
                position = self._advance_position(len(self._text) - len(trailing_text))
                raise UnreadableFileError(ValidationIssue(*position, "array_more"))
            self._start = self._offset = len(self._text)
            if not self._read_more():
                return

    def _find_next(self, marks: re.Pattern[str]) -> str:
        """Return the next of these marks, and move behind it."""
        while not (match := marks.search(self._text, self._offset)) or (
            match.end() == len(self._text) and match[0] == "\\"
        ):
            self._offset = match.start() if match else len(self._text)
            if not self._read_more():
                position = self._advance_position(len(self._text))
                raise UnreadableFileError(ValidationIssue(*position, "array_end"))
            if len(self._text) - self._start > 2 * MAX_TOKEN_CHARS:
                raise UnreadableFileError(
                    ValidationIssue(*self._advance_position(self._start), "too_long")
                )
        self._offset = match.end()
        return match[0]

    def _record(self) -> JsonRecord:
        """Return the text from the element's start to the mark behind it."""
        begin = JSON_WHITESPACE.match(self._text, self._start, self._offset - 1).end()  # type: ignore[union-attr]
        text = self._text[begin : self._offset - 1].rstrip()
        return JsonRecord(*self._advance_position(begin), text)

    def _advance_position(self, offset: int) -> tuple[int, int]:
        """Move the line and column to ``offset``, and return them."""
        passed = self._text.count("\n", self._position_offset, offset)
        if passed:
            self._line += passed
            self._column = offset - self._text.rfind("\n", self._position_offset, offset)
        else:
            self._column += offset - self._position_offset
        self._position_offset = offset
        return self._line, self._column

    def _read_more(self) -> bool:
        """Append text, and drop what's before the element; return False at the end."""
        self._advance_position(self._start)
        self._text = self._text[self._start :]
        self._offset -= self._start
        self._position_offset = self._start = 0
        for text in self._texts:
            if text:
                self._text += text
                return True
        return False

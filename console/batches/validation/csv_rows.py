"""Read the rows of a CSV file with the positions of their cells."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from console.batches.validation.issues import (
    FIELD_TYPES,
    FieldType,
    UnreadableFileError,
    ValidationIssue,
)
from console.batches.validation.json_records import MAX_TOKEN_CHARS

DELIMITERS = ",;\t|"
FIELD_BY_COLUMN = {name.lower(): name for name in FIELD_TYPES}
BOOLEANS = {"true": True, "false": False}
CELL_PATTERN = re.compile(r'\s*"(?:[^"]|"")*"?[^{0}\n]*|[^{0}\n]*')


class CsvRow:
    """A row; it spans several lines if a cell has line breaks."""

    def __init__(self, line: int, text: str, delimiter: str, names: list[str]) -> None:
        self.line, self.text = line, text
        self._delimiter, self._names = delimiter, names

    def cell_position(self, index: int) -> tuple[int, int]:
        """Return the line and column of a cell; the first cell has index 0."""
        cell = re.compile(CELL_PATTERN.pattern.format(re.escape(self._delimiter)))
        offset = 0
        for _ in range(index):
            match = cell.match(self.text, offset)
            offset = min(match.end() + 1 if match else offset, len(self.text))
        line = self.text.count("\n", 0, offset)
        column = offset - self.text.rfind("\n", 0, offset) if line else offset + 1
        return self.line + line, column

    def field_position(self, field: str) -> tuple[int, int]:
        """Return the position of a field's cell, or of the row."""
        if field in self._names:
            return self.cell_position(self._names.index(field))
        return self.line, 1


def read_rows(
    texts: Iterator[str], issues: list[ValidationIssue]
) -> Iterator[tuple[CsvRow, Mapping[str, Any]]]:
    """Yield each row with its parsed cells, and append their issues to ``issues``.

    Raises `UnreadableFileError` for unknown columns or an unclosed cell.
    """
    source = _LineReader(texts)
    delimiter, reader = ",", csv.reader(())
    names: list[str] = []
    csv.field_size_limit(MAX_TOKEN_CHARS)
    while True:
        source.begin()
        try:
            if not names:
                head = next(source, None)
                if head is None:
                    raise UnreadableFileError(ValidationIssue(1, 1, "empty"))
                if not head.strip():
                    continue
                delimiter = max(DELIMITERS, key=head.count)
                reader = csv.reader(source, delimiter=delimiter)
                names = _parse_header(head, delimiter, source.line, issues)
                continue
            cells = next(reader, None)
        except csv.Error:
            raise UnreadableFileError(ValidationIssue(source.line, 1, "too_long")) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            row = CsvRow(source.line, source.text, delimiter, names)
            yield row, _parse_cells(row, cells, names, issues)


def _parse_header(head: str, delimiter: str, line: int, issues: list[ValidationIssue]) -> list[str]:
    """Return the fields of the columns; raises `UnreadableFileError`."""
    row = CsvRow(line, head, delimiter, [])
    names: list[str] = []
    for index, cell in enumerate(next(csv.reader([head], delimiter=delimiter), [])):
        name = FIELD_BY_COLUMN.get(re.sub(r"[\s_-]", "", cell).lower(), "")
        if not name:
            issues.append(ValidationIssue(*row.cell_position(index), "header"))
        elif name in names:
            issues.append(ValidationIssue(*row.cell_position(index), "header_twice", name))
        names.append(name)
    if issues:
        raise UnreadableFileError(issues.pop())
    return names


def _parse_cells(
    row: CsvRow, cells: list[str], names: list[str], issues: list[ValidationIssue]
) -> dict[str, Any]:
    if len(cells) > len(names) and any(cells[len(names) :]):
        issues.append(ValidationIssue(*row.cell_position(len(names)), "cells"))
    entry: dict[str, Any] = {}
    for index, (name, cell) in enumerate(zip(names, cells, strict=False)):
        if text := cell.strip():
            value, rule = _parse_cell(FIELD_TYPES[name], text)
            entry[name] = value
            if rule:
                issues.append(ValidationIssue(*row.cell_position(index), rule, name))
    return entry


def _parse_cell(field_type: FieldType, text: str) -> tuple[Any, str]:
    """Return a cell's value, or None and the violated rule."""
    match field_type:
        case FieldType.INTEGER:
            if text.isascii() and text.isdecimal() and len(text) < 20:
                return int(text), ""
            rounded = re.fullmatch(r"\d+[.,]\d+([eE]\+?\d+)?", text)
            return None, "rounded" if rounded else "whole"
        case FieldType.BOOLEAN:
            flag = BOOLEANS.get(text.lower())
            return flag, "flag" if flag is None else ""
        case FieldType.LIST:
            return text.split(), ""
        case FieldType.JSON:
            try:
                return json.loads(text), ""
            except (ValueError, RecursionError):
                return None, "json"
    return text, ""


class _LineReader(Iterator[str]):
    """Provides lines to the CSV reader, and keeps those of the current row."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._ready: list[str] = []
        self._rest = ""
        self._number = 0
        self.line = 1  # the first line of the row
        self.text = ""

    def begin(self) -> None:
        """Start a row at the next line."""
        self.line, self.text = self._number + 1, ""

    def __next__(self) -> str:
        while not self._ready:
            text = next(self._texts, None)
            if text is None:
                if not self._rest:
                    raise StopIteration
                self._ready, self._rest = [self._rest], ""
                break
            *lines, self._rest = (self._rest + text).split("\n")
            self._ready = [f"{line}\n" for line in reversed(lines)]
        line = self._ready.pop()
        self._number += 1
        self.text += line
        if len(self.text) > MAX_TOKEN_CHARS:
            raise UnreadableFileError(ValidationIssue(self.line, 1, "too_long"))
        return line

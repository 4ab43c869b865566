"""The rows of a CSV file, each with where its cells are."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from console.batches.faults import Cut, Fault
from console.batches.members import MEMBERS, Kind
from console.batches.splitting import LONGEST

DELIMITERS = ",;\t|"
NAMES = {name.lower(): name for name in MEMBERS}
FLAGS = {"true": True, "false": False}
CELL = re.compile(r'\s*"(?:[^"]|"")*"?[^{0}\n]*|[^{0}\n]*')


class Row:
    """One line of a table; more than one where a cell holds line breaks."""

    def __init__(self, line: int, text: str, delimiter: str, names: list[str]) -> None:
        self.line, self.text = line, text
        self._delimiter, self._names = delimiter, names

    def place(self, number: int) -> tuple[int, int]:
        """The line and column at which a cell begins; the first one is 0."""
        cell = re.compile(CELL.pattern.format(re.escape(self._delimiter)))
        at = 0
        for _ in range(number):
            found = cell.match(self.text, at)
            at = min(found.end() + 1 if found else at, len(self.text))
        line = self.text.count("\n", 0, at)
        column = at - self.text.rfind("\n", 0, at) if line else at + 1
        return self.line + line, column

    def of(self, member: str) -> tuple[int, int]:
        """The place of a member's cell, or of the line."""
        if member in self._names:
            return self.place(self._names.index(member))
        return self.line, 1


def rows(
    texts: Iterator[str], faults: list[Fault]
) -> Iterator[tuple[Row, Mapping[str, Any]]]:
    """Each row with what its cells mean; what is wrong with one goes to ``faults``.

    Raises `Cut` where the columns are not known, or a cell has no end.
    """
    source = _Lines(texts)
    delimiter, reader = ",", csv.reader(())
    names: list[str] = []
    csv.field_size_limit(LONGEST)
    while True:
        source.begin()
        try:
            if not names:
                head = next(source, None)
                if head is None:
                    raise Cut(Fault(1, 1, "empty"))
                if not head.strip():
                    continue
                delimiter = max(DELIMITERS, key=head.count)
                reader = csv.reader(source, delimiter=delimiter)
                names = _columns(head, delimiter, source.line, faults)
                continue
            cells = next(reader, None)
        except csv.Error:
            raise Cut(Fault(source.line, 1, "too_long")) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            row = Row(source.line, source.text, delimiter, names)
            yield row, _members(row, cells, names, faults)


def _columns(head: str, delimiter: str, line: int, faults: list[Fault]) -> list[str]:
    """The members that the columns are of."""
    row = Row(line, head, delimiter, [])
    names: list[str] = []
    for at, cell in enumerate(next(csv.reader([head], delimiter=delimiter), [])):
        name = NAMES.get(re.sub(r"[\s_-]", "", cell).lower(), "")
        if not name:
            faults.append(Fault(*row.place(at), "header"))
        elif name in names:
            faults.append(Fault(*row.place(at), "header_twice", name))
        names.append(name)
    if faults:
        raise Cut(faults.pop())
    return names


def _members(
    row: Row, cells: list[str], names: list[str], faults: list[Fault]
) -> dict[str, Any]:
    if len(cells) > len(names) and any(cells[len(names) :]):
        faults.append(Fault(*row.place(len(names)), "cells"))
    found: dict[str, Any] = {}
    for at, (name, cell) in enumerate(zip(names, cells, strict=False)):
        if text := cell.strip():
            value, rule = _value(MEMBERS[name], text)
            found[name] = value
            if rule:
                faults.append(Fault(*row.place(at), rule, name))
    return found


def _value(kind: Kind, text: str) -> tuple[Any, str]:
    """What a cell means, and what is wrong with it; None then, as if it were empty."""
    match kind:
        case Kind.WHOLE:
            if text.isascii() and text.isdecimal() and len(text) < 20:
                return int(text), ""
            rounded = re.fullmatch(r"\d+[.,]\d+([eE]\+?\d+)?", text)
            return None, "rounded" if rounded else "whole"
        case Kind.FLAG:
            flag = FLAGS.get(text.lower())
            return flag, "flag" if flag is None else ""
        case Kind.LIST:
            return text.split(), ""
        case Kind.JSON:
            try:
                return json.loads(text), ""
            except (ValueError, RecursionError):
                return None, "json"
    return text, ""


class _Lines(Iterator[str]):
    """Lines for a reader of CSV, which remembers those of the row it is at."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._ready: list[str] = []
        self._rest = ""
        self._number = 0
        self.line = 1  # the first line of the row
        self.text = ""

    def begin(self) -> None:
        """A row begins with the next line."""
        self.line, self.text = self._number + 1, ""

    def __next__(self) -> str:
        while not self._ready:
            text = next(self._texts, None)
            if text is None:
                if not self._rest:
                    raise StopIteration
                self._ready, self._rest = [self._rest], ""
                break
            *whole, self._rest = (self._rest + text).split("\n")
            self._ready = [f"{one}\n" for one in reversed(whole)]
        line = self._ready.pop()
        self._number += 1
        self.text += line
        if len(self.text) > LONGEST:
            raise Cut(Fault(self.line, 1, "too_long"))
        return line

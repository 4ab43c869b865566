"""Every line of a file, checked before anything is sent."""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from secrets import token_bytes
from typing import Any

from console.batches.validation.csv_rows import CsvRow, read_rows
from console.batches.validation.encoding import decode_blocks
from console.batches.validation.fields import FIELD_TYPES
from console.batches.validation.issues import (
    MAX_LISTED_ISSUES,
    UnreadableFileError,
    ValidationIssue,
)
from console.batches.validation.json_records import (
    JSON_WHITESPACE,
    JsonRecord,
    read_elements,
    read_lines,
)
from console.batches.validation.rules import Path, ServiceRules

JSON, JSON_LINES, CSV = "json", "jsonl", "csv"
DUPLICATE_RULES = {"accessToken": "access_again", "refreshToken": "refresh_again"}

type TokenEntry = Mapping[str, Any]


class FileCheck:
    """What a file holds, and what is wrong with it, once `entries` was walked to its
    end."""

    def __init__(self, rules: ServiceRules, max_tokens: int) -> None:
        self._rules = rules
        self._max_tokens = max_tokens
        self._key = token_bytes(16)
        self._first_lines: dict[str, dict[bytes, int]] = {name: {} for name in DUPLICATE_RULES}
        self._unreadable_fields: set[str] = set()  # members whose cells mean nothing
        self.format = ""
        self.tokens = 0
        self.issues: list[ValidationIssue] = []
        self.issue_count = 0  # faults, listed or not

    def entries(self, blocks: Iterable[bytes]) -> Iterator[tuple[int, TokenEntry]]:
        """The tokens up to the first fault, each with its line."""
        try:
            for place, entry in self._read(blocks):
                self.tokens += 1
                if self.tokens > self._max_tokens:
                    raise UnreadableFileError(
                        ValidationIssue(_line(place), 1, "too_many", number=self._max_tokens)
                    )
                if entry is not None:
                    self._validate(place, entry)
                    if not self.issue_count:
                        yield _line(place), entry
        except UnreadableFileError as cut:
            self._add(cut.issue)
        if not self.tokens and not self.issue_count:
            self._add(ValidationIssue(1, 1, "empty"))

    def _read(
        self, blocks: Iterable[bytes]
    ) -> Iterator[tuple["JsonRecord | CsvRow", TokenEntry | None]]:
        found = decode_blocks(blocks)
        head = ""
        while not head.strip() and (more := next(found, None)) is not None:
            head += more
        whole = chain([head], found)
        match head.lstrip()[:1]:
            case "[":
                self.format = JSON
                records = read_elements(whole)
            case "{":
                self.format = JSON_LINES
                records = read_lines(whole)
            case _:
                self.format = CSV
                yield from self._read_table(whole)
                return
        for record in records:
            yield record, self._parse_object(record)

    def _read_table(self, found: Iterator[str]) -> Iterator[tuple[CsvRow, TokenEntry]]:
        faults: list[ValidationIssue] = []
        try:
            for row, entry in read_rows(found, faults):
                if at := _find_undecodable(row.text):
                    self._add(ValidationIssue(row.line, at, "encoding"))
                self._unreadable_fields = {fault.field for fault in faults}
                self._add_all(faults)
                yield row, entry
        finally:
            self._add_all(faults)

    def _add_all(self, issues: list[ValidationIssue]) -> None:
        for fault in issues:
            self._add(fault)
        issues.clear()

    def _parse_object(self, record: JsonRecord) -> TokenEntry | None:
        """The object in a record; None where there is none."""
        if at := _find_undecodable(record.text):
            self._add(ValidationIssue(*record.position(at - 1), "encoding"))
            return None
        twice: list[str] = []

        def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(pairs)
            if len(found) < len(pairs):
                twice.append("twice")
            return found

        try:
            entry = json.loads(record.text, object_pairs_hook=members)
        except JSONDecodeError as error:
            self._add(ValidationIssue(*record.position(error.pos), "json"))
            return None
        except (ValueError, RecursionError):
            self._add(ValidationIssue(record.line, record.column, "json"))
            return None
        if not isinstance(entry, dict):
            self._add(ValidationIssue(record.line, record.column, "object"))
            return None
        if twice:
            self._add(ValidationIssue(record.line, record.column, "twice"))
        return entry

    def _validate(self, place: "JsonRecord | CsvRow", entry: TokenEntry) -> None:
        for path, rule in self._rules.violations(entry):
            if path[0] not in self._unreadable_fields:
                self._add_violation(place, path, rule)
        for name, rule in DUPLICATE_RULES.items():
            value = entry.get(name)
            if isinstance(value, str) and value:
                digest = blake2b(
                    value.encode("utf-8", "replace"), digest_size=16, key=self._key
                ).digest()
                first = self._first_lines[name].setdefault(digest, _line(place))
                if first != _line(place):
                    self._add_violation(place, (name,), rule, first)

    def _add_violation(
        self, place: "JsonRecord | CsvRow", path: Path, rule: str, number: int = 0
    ) -> None:
        self.issue_count += 1
        if len(self.issues) < MAX_LISTED_ISSUES:
            member = str(path[0]) if path[0] in FIELD_TYPES else ""
            where = (
                place.field_position(str(path[0]))
                if isinstance(place, CsvRow)
                else place.position(_locate(place.text, path))
            )
            self.issues.append(ValidationIssue(*where, rule, member, number))

    def _add(self, issue: ValidationIssue) -> None:
        self.issue_count += 1
        if len(self.issues) < MAX_LISTED_ISSUES:
            self.issues.append(issue)


def _line(place: "JsonRecord | CsvRow") -> int:
    return place.line


def _find_undecodable(text: str) -> int:
    """The first byte that fitted no encoding, counted from 1; 0 where all did."""
    if text.isascii():
        return 0
    for at, letter in enumerate(text, 1):
        if "\ud800" <= letter <= "\udfff" or letter == "\ufffd":
            return at
    return 0


def _locate(text: str, path: Path) -> int:
    """Where the value of a member, or what stands in it, begins in a JSON text."""
    at = 0
    for step in path:
        found = _find_child(text, at, step)
        if found is None:
            break
        at = found
    return at


def _find_child(text: str, offset: int, step: str | int) -> int | None:
    """Where a member or an item begins; of one that stands there twice, the last, as
    its value was taken from there."""
    decoder = json.JSONDecoder()
    offset = _skip_whitespace(text, offset)
    is_object = text[offset] == "{"
    offset, number, found = _skip_whitespace(text, offset + 1), 0, None
    while text[offset] not in "}]":
        key: str | int = number
        if is_object:
            key, offset = scanstring(text, offset + 1)
            offset = _skip_whitespace(text, _skip_whitespace(text, offset) + 1)  # the colon
        if key == step:
            found = offset
        _, offset = decoder.raw_decode(text, offset)
        offset = _skip_whitespace(text, offset)
        if text[offset] == ",":
            offset = _skip_whitespace(text, offset + 1)
        number += 1
    return found


def _skip_whitespace(text: str, offset: int) -> int:
    found = JSON_WHITESPACE.match(text, offset)
    return found.end() if found else offset

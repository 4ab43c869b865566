"""Validate every line of a batch file."""

import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from io import IncrementalNewlineDecoder
from itertools import chain
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from secrets import token_bytes
from typing import Any

from console.batches.validation.csv_rows import CsvRow, read_rows
from console.batches.validation.issues import (
    FIELD_TYPES,
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

BYTE_ORDER_MARKS = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
MIN_DETECTION_BYTES = 4


def decode_blocks(blocks: Iterable[bytes]) -> Iterator[str]:
    """Yield the file's text without the byte order mark."""
    parts = iter(blocks)
    head = b""
    while len(head) < MIN_DETECTION_BYTES and (more := next(parts, b"")):
        head += more
    encoding, mark = _detect_encoding(head)
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    decoder = IncrementalNewlineDecoder(getincrementaldecoder(encoding)(errors), translate=True)
    yield decoder.decode(head[mark:])
    for block in parts:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _detect_encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding and the length of the byte order mark.

    Without a mark, the positions of zeros tell, since the file starts with ASCII.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding, len(mark)
    match [byte == 0 for byte in head[:MIN_DETECTION_BYTES]]:
        case [False, True, False, True]:
            return "utf-16-le", 0
        case [True, False, True, False]:
            return "utf-16-be", 0
    return "utf-8", 0


JSON, JSON_LINES, CSV = "json", "jsonl", "csv"
DUPLICATE_RULES = {"accessToken": "access_again", "refreshToken": "refresh_again"}

type TokenEntry = Mapping[str, Any]


class FileCheck:
    """The check of a file; its results are complete once `entries` is exhausted."""

    def __init__(self, rules: ServiceRules, max_tokens: int) -> None:
        self._rules = rules
        self._max_tokens = max_tokens
        self._key = token_bytes(16)
        self._first_lines: dict[str, dict[bytes, int]] = {name: {} for name in DUPLICATE_RULES}
        self._unreadable_fields: set[str] = set()  # whose cells couldn't be parsed
        self.format = ""
        self.tokens = 0
        self.issues: list[ValidationIssue] = []
        self.issue_count = 0  # including issues that aren't listed

    def entries(self, blocks: Iterable[bytes]) -> Iterator[tuple[int, TokenEntry]]:
        """Yield the tokens up to the first issue, each with its line."""
        try:
            for record, entry in self._read(blocks):
                self.tokens += 1
                if self.tokens > self._max_tokens:
                    raise UnreadableFileError(
                        ValidationIssue(record.line, 1, "too_many", number=self._max_tokens)
                    )
                if entry is not None:
                    self._validate(record, entry)
                    if not self.issue_count:
                        yield record.line, entry
        except UnreadableFileError as error:
            self._add(error.issue)
        if not self.tokens and not self.issue_count:
            self._add(ValidationIssue(1, 1, "empty"))

    def _read(
        self, blocks: Iterable[bytes]
    ) -> Iterator[tuple["JsonRecord | CsvRow", TokenEntry | None]]:
        texts = decode_blocks(blocks)
        head = ""
        while not head.strip() and (more := next(texts, None)) is not None:
            head += more
        texts = chain([head], texts)
        match head.lstrip()[:1]:
            case "[":
                self.format = JSON
                records = read_elements(texts)
            case "{":
                self.format = JSON_LINES
                records = read_lines(texts)
            case _:
                self.format = CSV
                yield from self._read_table(texts)
                return
        for record in records:
            yield record, self._parse_object(record)

    def _read_table(self, texts: Iterator[str]) -> Iterator[tuple[CsvRow, TokenEntry]]:
        issues: list[ValidationIssue] = []
        try:
            for row, entry in read_rows(texts, issues):
                if column := _find_undecodable(row.text):
                    self._add(ValidationIssue(row.line, column, "encoding"))
                self._unreadable_fields = {issue.field for issue in issues}
                self._add_all(issues)
                yield row, entry
        finally:
            self._add_all(issues)

    def _add_all(self, issues: list[ValidationIssue]) -> None:
        for issue in issues:
            self._add(issue)
        issues.clear()

    def _parse_object(self, record: JsonRecord) -> TokenEntry | None:
        """Parse a record; returns None if it isn't an object."""
        if column := _find_undecodable(record.text):
            self._add(ValidationIssue(*record.position(column - 1), "encoding"))
            return None
        has_duplicates = False

        def parse_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            nonlocal has_duplicates
            members = dict(pairs)
            has_duplicates |= len(members) < len(pairs)
            return members

        try:
            entry = json.loads(record.text, object_pairs_hook=parse_pairs)
        except JSONDecodeError as error:
            self._add(ValidationIssue(*record.position(error.pos), "json"))
            return None
        except (ValueError, RecursionError):
            self._add(ValidationIssue(record.line, record.column, "json"))
            return None
        if not isinstance(entry, dict):
            self._add(ValidationIssue(record.line, record.column, "object"))
            return None
        if has_duplicates:
            self._add(ValidationIssue(record.line, record.column, "twice"))
        return entry

    def _validate(self, record: "JsonRecord | CsvRow", entry: TokenEntry) -> None:
        for path, rule in self._rules.violations(entry):
            if path[0] not in self._unreadable_fields:
                self._add_violation(record, path, rule)
        for name, rule in DUPLICATE_RULES.items():
            value = entry.get(name)
            if isinstance(value, str) and value:
                digest = blake2b(
                    value.encode("utf-8", "replace"), digest_size=16, key=self._key
                ).digest()
                first_line = self._first_lines[name].setdefault(digest, record.line)
                if first_line != record.line:
                    self._add_violation(record, (name,), rule, first_line)

    def _add_violation(
        self, record: "JsonRecord | CsvRow", path: Path, rule: str, number: int = 0
    ) -> None:
        self.issue_count += 1
        if len(self.issues) < MAX_LISTED_ISSUES:
            field = str(path[0]) if path[0] in FIELD_TYPES else ""
            if isinstance(record, CsvRow):
                position = record.field_position(str(path[0]))
            else:
                position = record.position(_locate(record.text, path))
            self.issues.append(ValidationIssue(*position, rule, field, number))

    def _add(self, issue: ValidationIssue) -> None:
        self.issue_count += 1
        if len(self.issues) < MAX_LISTED_ISSUES:
            self.issues.append(issue)


def _find_undecodable(text: str) -> int:
    """Return the column of the first undecodable byte, from 1; 0 if there is none."""
    if text.isascii():
        return 0
    for column, char in enumerate(text, 1):
        if "\ud800" <= char <= "\udfff" or char == "\ufffd":
            return column
    return 0


def _locate(text: str, path: Path) -> int:
    """Return the offset of the value at ``path`` in a JSON text."""
    offset = 0
    for step in path:
        child = _find_child(text, offset, step)
        if child is None:
            break
        offset = child
    return offset


def _find_child(text: str, offset: int, step: str | int) -> int | None:
    """Return the offset of a member or item; of duplicates, that of the last."""
    decoder = json.JSONDecoder()
    offset = _skip_whitespace(text, offset)
    is_object = text[offset] == "{"
    offset, index, child_offset = _skip_whitespace(text, offset + 1), 0, None
    while text[offset] not in "}]":
        key: str | int = index
        if is_object:
            key, offset = scanstring(text, offset + 1)
            offset = _skip_whitespace(text, _skip_whitespace(text, offset) + 1)  # the colon
        if key == step:
            child_offset = offset
        _, offset = decoder.raw_decode(text, offset)
        offset = _skip_whitespace(text, offset)
        if text[offset] == ",":
            offset = _skip_whitespace(text, offset + 1)
        index += 1
    return child_offset


def _skip_whitespace(text: str, offset: int) -> int:
    match = JSON_WHITESPACE.match(text, offset)
    return match.end() if match else offset

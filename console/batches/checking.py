"""Every line of a file, checked before anything is sent."""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from secrets import token_bytes
from typing import Any

from console.batches.decoding import texts
from console.batches.faults import MOST, Cut, Fault
from console.batches.members import MEMBERS
from console.batches.rules import Known, Path
from console.batches.splitting import SPACE, Record, elements, lines
from console.batches.tables import Row, rows

JSON, LINES, TABLE = "json", "jsonl", "csv"
VALUES = {"accessToken": "access_again", "refreshToken": "refresh_again"}

type Entry = Mapping[str, Any]


class Check:
    """What a file holds, and what is wrong with it, once `entries` was walked to its
    end."""

    def __init__(self, known: Known, most: int) -> None:
        self._known = known
        self._most = most
        self._key = token_bytes(16)
        self._seen: dict[str, dict[bytes, int]] = {name: {} for name in VALUES}
        self._unread: set[str] = set()  # members whose cells mean nothing
        self.format = ""
        self.tokens = 0
        self.faults: list[Fault] = []
        self.counted = 0  # faults, listed or not

    def entries(self, blocks: Iterable[bytes]) -> Iterator[tuple[int, Entry]]:
        """The tokens up to the first fault, each with its line."""
        try:
            for place, entry in self._read(blocks):
                self.tokens += 1
                if self.tokens > self._most:
                    raise Cut(Fault(_line(place), 1, "too_many", number=self._most))
                if entry is not None:
                    self._judge(place, entry)
                    if not self.counted:
                        yield _line(place), entry
        except Cut as cut:
            self._note(cut.fault)
        if not self.tokens and not self.counted:
            self._note(Fault(1, 1, "empty"))

    def _read(
        self, blocks: Iterable[bytes]
    ) -> Iterator[tuple["Record | Row", Entry | None]]:
        found = texts(blocks)
        head = ""
        while not head.strip() and (more := next(found, None)) is not None:
            head += more
        whole = chain([head], found)
        match head.lstrip()[:1]:
            case "[":
                self.format = JSON
                records = elements(whole)
            case "{":
                self.format = LINES
                records = lines(whole)
            case _:
                self.format = TABLE
                yield from self._table(whole)
                return
        for record in records:
            yield record, self._object(record)

    def _table(self, found: Iterator[str]) -> Iterator[tuple[Row, Entry]]:
        faults: list[Fault] = []
        try:
            for row, entry in rows(found, faults):
                if at := _broken(row.text):
                    self._note(Fault(row.line, at, "encoding"))
                self._unread = {fault.member for fault in faults}
                self._take(faults)
                yield row, entry
        finally:
            self._take(faults)

    def _take(self, faults: list[Fault]) -> None:
        for fault in faults:
            self._note(fault)
        faults.clear()

    def _object(self, record: Record) -> Entry | None:
        """The object in a record; None where there is none."""
        if at := _broken(record.text):
            self._note(Fault(*record.place(at - 1), "encoding"))
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
            self._note(Fault(*record.place(error.pos), "json"))
            return None
        except (ValueError, RecursionError):
            self._note(Fault(record.line, record.column, "json"))
            return None
        if not isinstance(entry, dict):
            self._note(Fault(record.line, record.column, "object"))
            return None
        if twice:
            self._note(Fault(record.line, record.column, "twice"))
        return entry

    def _judge(self, place: "Record | Row", entry: Entry) -> None:
        for path, rule in self._known.faults(entry):
            if path[0] not in self._unread:
                self._wrong(place, path, rule)
        for name, rule in VALUES.items():
            value = entry.get(name)
            if isinstance(value, str) and value:
                digest = blake2b(
                    value.encode("utf-8", "replace"), digest_size=16, key=self._key
                ).digest()
                first = self._seen[name].setdefault(digest, _line(place))
                if first != _line(place):
                    self._wrong(place, (name,), rule, first)

    def _wrong(
        self, place: "Record | Row", path: Path, rule: str, number: int = 0
    ) -> None:
        self.counted += 1
        if len(self.faults) < MOST:
            member = str(path[0]) if path[0] in MEMBERS else ""
            where = (
                place.of(str(path[0]))
                if isinstance(place, Row)
                else place.place(_located(place.text, path))
            )
            self.faults.append(Fault(*where, rule, member, number))

    def _note(self, fault: Fault) -> None:
        self.counted += 1
        if len(self.faults) < MOST:
            self.faults.append(fault)


def _line(place: "Record | Row") -> int:
    return place.line


def _broken(text: str) -> int:
    """The first byte that fitted no encoding, counted from 1; 0 where all did."""
    if text.isascii():
        return 0
    for at, letter in enumerate(text, 1):
        if "\ud800" <= letter <= "\udfff" or letter == "\ufffd":
            return at
    return 0


def _located(text: str, path: Path) -> int:
    """Where the value of a member, or what stands in it, begins in a JSON text."""
    at = 0
    for step in path:
        found = _inside(text, at, step)
        if found is None:
            break
        at = found
    return at


def _inside(text: str, at: int, step: str | int) -> int | None:
    """Where a member or an item begins; of one that stands there twice, the last, as
    its value was taken from there."""
    decoder = json.JSONDecoder()
    at = _skip(text, at)
    is_object = text[at] == "{"
    at, number, found = _skip(text, at + 1), 0, None
    while text[at] not in "}]":
        key: str | int = number
        if is_object:
            key, at = scanstring(text, at + 1)
            at = _skip(text, _skip(text, at) + 1)  # the colon
        if key == step:
            found = at
        _, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
        number += 1
    return found


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at

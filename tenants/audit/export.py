"""Rows of the record in a file that `audit_verify --file` can check by itself.

Each line is one row with the mac of the row before it, so it can be checked alone; the
last line counts and sums up the others, so none can be taken away.
"""

import hmac
import json
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from django.db import connection

from tenants.audit.chain import START, Link, ring
from tenants.audit.entry import canonical
from tenants.audit.gone import BEGINS, RUN_AT, RUN_LONG, holds
from tenants.audit.links import links
from tenants.audit.models import AuditEntry, AuditHead, AuditRecord
from tenants.keyring import KeyMissing

LONGEST = 1 << 26  # bytes of a line that is read; no row has as many
WINDOW = 20_000  # rows of everybody that are looked through at once
LOOK = 1.0  # seconds after which no further window is
GONE = f'"content":{BEGINS}'.encode()  # of a line whose row was removed
PROOF = {"before", "content", "key", "mac", "phase"}  # members of each line
RECORD, ENTRY = AuditRecord._meta.db_table, AuditEntry._meta.db_table
# Whose a removed row was, the entry of what removed it tells.
RUN = (
    f"CASE WHEN substr(r.content, 1, {len(BEGINS)}) = '{BEGINS}'"
    f" THEN substr(r.content, length(r.content) - {RUN_AT}, {RUN_LONG}) END"
)
WITHIN = (
    f" FROM {RECORD} r LEFT JOIN {ENTRY} e ON e.entry = r.entry"
    f" LEFT JOIN {ENTRY} g ON g.entry = {RUN}"
    f" LEFT JOIN {RECORD} b ON b.seq = r.seq - 1"
    " WHERE r.seq > %s AND r.seq <= %s"
    " AND COALESCE(e.organization_id, g.organization_id) = %s"
)
ROW = "r.seq, r.entry, r.phase, r.content, r.key, r.mac, b.mac"

type Placed = tuple[Link, str]  # a row, and the mac of the one before


class Only(NamedTuple):
    """Which entries are wanted; without anything, all of them.

    Of what was removed nothing is known but its kind: wanted are those of ``kinds``.
    """

    effects: Collection[str] = ()
    operations: Collection[str] = ()
    kinds: Collection[str] = ()

    @property
    def where(self) -> tuple[str, list[str]]:
        """A condition of SQL, and its values."""
        parts, values = list[str](), list[str]()
        for column, wanted in (
            ("effect", self.effects),
            ("operation", self.operations),
        ):
            if wanted:
                places = ", ".join(["%s"] * len(wanted))
                parts.append(f"e.{column} IN ({places})")
                values += wanted
        if not parts:
            return "", []
        kinds = [f'%"kind":"{kind}"%' for kind in self.kinds]
        gone = " OR ".join(["r.content LIKE %s"] * len(kinds)) or "1 = 0"
        text = f" AND ({' AND '.join(parts)} OR g.entry IS NOT NULL AND ({gone}))"
        return text, [*values, *kinds]


ALL = Only()


class Checked(NamedTuple):
    """How many rows a file has that is whole."""

    rows: int
    removed: int  # of these, that were kept long enough, and say nothing any more


class Unproven(Exception):
    """The file has no proof that could be looked at."""


class NotWhole(Exception):
    """The file is not what was exported; says which row, where one is to blame."""


def all_rows() -> Iterator[Placed]:
    """The whole record in its order."""
    before = START
    for row in links():
        yield row, before
        before = row.mac


def rows_of(entries: Iterable[AuditEntry]) -> Iterator[Placed]:
    """The intent of each entry, and the outcome that counts."""
    for entry in entries:
        own = [one for one in (entry.seq, entry.outcome_seq) if one]
        wanted = {*own, *(one - 1 for one in own)}
        found = {
            row.seq: row
            for row in AuditRecord.objects.filter(seq__in=wanted).iterator()
        }
        for seq in own:
            row, before = found[seq], found.get(seq - 1)
            yield row.link, before.mac if before else START


def rows_after(
    organization: int, after: int, limit: int, only: Only = ALL
) -> tuple[list[Placed], int]:
    """An organization's rows that follow ``after``, and the row up to which these are
    all: rows are committed in their order, so none turns up in between later. Those
    that were removed say so. Without rows, that one is not always the last one: who
    has few among many goes on from there.

    Raises `NotWhole` when ``after`` is a row that there is not yet: to go on from
    there would leave out what comes until then.
    """
    head = AuditHead.objects.values_list("seq", flat=True).first() or 0
    if after > head:
        raise NotWhole(f"the record ends with row {head}")
    condition, values = only.where
    query = f"SELECT {ROW}{WITHIN}{condition} ORDER BY r.seq LIMIT %s"
    found: list[Placed] = []
    ends = monotonic() + LOOK
    while after < head and not found:
        until = min(after + WINDOW, head)
        with connection.cursor() as cursor:
            cursor.execute(query, [after, until, organization, *values, limit])
            for *row, before in cursor.fetchall():
                found.append((Link(*row), before or START))
        after = found[-1][0].seq if len(found) == limit else until
        if monotonic() > ends:
            break
    return found, after


def count_rows(
    organization: int, after: int, until: int, most: int, only: Only = ALL
) -> int | None:
    """How many rows there are behind ``after`` up to ``until``; at most ``most``, and
    None where counting takes too long."""
    condition, values = only.where
    some = f"SELECT r.seq{WITHIN}{condition} LIMIT %s"
    count, ends = 0, monotonic() + LOOK
    while after < until and count < most:
        if monotonic() > ends:
            return None
        end = min(after + WINDOW, until)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM ({some}) AS found",  # noqa: S608
                [after, end, organization, *values, most - count],
            )
            count += cursor.fetchone()[0]
        after = end
    return count


def line(row: Link, before: str) -> str:
    """One row; what it says is canonical JSON already."""
    return (
        f'{{"before":"{before}","content":{row.content},"entry":"{row.entry}",'
        f'"key":"{row.key}","mac":"{row.mac}","phase":"{row.phase}",'
        f'"seq":{row.seq}}}\n'
    )


def jsonl(rows: Iterable[Placed]) -> Iterator[str]:
    """The lines of the file, the one that sums them up included."""
    hashed, count = sha256(), 0
    for row, before in rows:
        text = line(row, before)
        hashed.update(text.encode())
        count += 1
        yield text
    yield _end(ring().current, count, hashed.hexdigest())


def check(path: Path) -> Checked:
    """What the file holds; raises `NotWhole`, and names the first bad row. Raises
    `Unproven` for what a page exports, which is an entry a line, in other words."""
    hashed, count, last, end = sha256(), 0, (0, START), b""
    removed = 0
    gap = 0  # the first row that is not there, in an export of all rows
    with path.open("rb") as file:
        while line := file.readline(LONGEST):
            if end:
                raise NotWhole("there is something after its last line")
            if line.startswith(b'{"digest":'):
                end = line
                continue
            last = _checked(line, count, last)
            hashed.update(line)
            count += 1
            removed += GONE in line
            gap = gap or (count if last[0] != count else 0)
    if not end:
        raise NotWhole(f"it ends after {count} rows without its last line")
    said = _read(end, count)
    if (said.get("rows"), said.get("digest")) != (count, hashed.hexdigest()):
        named = f"first bad row {gap}: " if gap > 1 else ""
        raise NotWhole(
            f"{named}it has {count} rows where {said.get('rows')} were exported"
        )
    try:
        right = _end(said["key"], count, hashed.hexdigest())
    except (KeyError, KeyMissing, TypeError):
        right = ""
    if end.decode(errors="replace") != right:
        raise NotWhole("its last line was not written here")
    return Checked(count, removed)


def _read(line: bytes, count: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise NotWhole(f"line {count + 1} cannot be read")
    return said


def _checked(text: bytes, count: int, last: tuple[int, str]) -> tuple[int, str]:
    """The row's number and mac; raises `NotWhole` unless the key vouches for it, and
    for each byte of the line."""
    said = _read(text, count)
    if not count and "entry" in said and not PROOF & said.keys():
        raise Unproven("an export of a page has no proof; an evidence pack has one")
    seq, before = said.get("seq", 0), said.get("before", "")
    try:
        content = canonical(said["content"])
        row = Link(seq, said["entry"], said["phase"], content, said["key"], said["mac"])
        is_right = holds(row, before) and line(row, before).encode() == text
    except (KeyError, KeyMissing, TypeError, ValueError, RecursionError):
        is_right = False
    if not is_right:
        raise NotWhole(f"first bad row {_number(seq)}: it was changed")
    if seq == last[0] + 1 and before != last[1]:
        raise NotWhole(f"first bad row {seq}: it does not follow the one before")
    return seq, row.mac


def _number(seq: Any) -> int:
    return seq if type(seq) is int else 0


def _end(name: str, count: int, digest: str) -> str:
    """The line that sums up; raises `KeyMissing`."""
    text = f"meridian audit export v1\n{count}\n{digest}"
    found = hmac.digest(ring()[name], text.encode(), "sha256").hex()
    return (
        canonical({"digest": digest, "key": name, "mac": found, "rows": count}) + "\n"
    )

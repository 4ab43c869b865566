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

from tenants.audit.integrity.chain import GENESIS_MAC, ChainRow, get_audit_keys
from tenants.audit.integrity.chain_reader import read_chain
from tenants.audit.integrity.tombstones import (
    RUN_ID_CHARS,
    RUN_ID_OFFSET,
    TOMBSTONE_PREFIX,
    is_row_intact,
)
from tenants.audit.models import AuditEntry, AuditHead, AuditRecord
from tenants.audit.records import canonical_json
from tenants.crypto.key_ring import KeyNotFoundError

MAX_LINE_BYTES = 1 << 26  # bytes of a line that is read; no row has as many
ROWS_PER_WINDOW = 20_000  # rows of everybody that are looked through at once
MAX_SCAN_SECONDS = 1.0  # seconds after which no further window is
TOMBSTONE_MARKER = f'"content":{TOMBSTONE_PREFIX}'.encode()  # of a line whose row was removed
PROOF_MEMBERS = {"before", "content", "key", "mac", "phase"}  # members of each line
RECORD_TABLE, ENTRY_TABLE = AuditRecord._meta.db_table, AuditEntry._meta.db_table
# Whose a removed row was, the entry of what removed it tells.
RUN_ID_SQL = (
    f"CASE WHEN substr(r.content, 1, {len(TOMBSTONE_PREFIX)}) = '{TOMBSTONE_PREFIX}'"
    f" THEN substr(r.content, length(r.content) - {RUN_ID_OFFSET}, {RUN_ID_CHARS}) END"
)
FROM_SQL = (
    f" FROM {RECORD_TABLE} r LEFT JOIN {ENTRY_TABLE} e ON e.entry = r.entry"
    f" LEFT JOIN {ENTRY_TABLE} g ON g.entry = {RUN_ID_SQL}"
    f" LEFT JOIN {RECORD_TABLE} b ON b.seq = r.seq - 1"
    " WHERE r.seq > %s AND r.seq <= %s"
    " AND COALESCE(e.organization_id, g.organization_id) = %s"
)
ROW_COLUMNS = "r.seq, r.entry, r.phase, r.content, r.key, r.mac, b.mac"

type RowWithPreviousMac = tuple[ChainRow, str]  # a row, and the mac of the one before


class RowSelection(NamedTuple):
    """Which entries are wanted; without anything, all of them.

    Of what was removed nothing is known but its kind: wanted are those of ``kinds``.
    """

    effects: Collection[str] = ()
    operations: Collection[str] = ()
    categories: Collection[str] = ()

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
        kinds = [f'%"kind":"{kind}"%' for kind in self.categories]
        gone = " OR ".join(["r.content LIKE %s"] * len(kinds)) or "1 = 0"
        text = f" AND ({' AND '.join(parts)} OR g.entry IS NOT NULL AND ({gone}))"
        return text, [*values, *kinds]


ALL_ROWS = RowSelection()


class ExportCheck(NamedTuple):
    """How many rows a file has that is whole."""

    rows: int
    deleted: int  # of these, that were kept long enough, and say nothing any more


class MissingProofError(Exception):
    """The file has no proof that could be looked at."""


class ExportIntegrityError(Exception):
    """The file is not what was exported; says which row, where one is to blame."""


def read_all_rows() -> Iterator[RowWithPreviousMac]:
    """The whole record in its order."""
    before = GENESIS_MAC
    for row in read_chain():
        yield row, before
        before = row.mac


def read_rows_of(entries: Iterable[AuditEntry]) -> Iterator[RowWithPreviousMac]:
    """The intent of each entry, and the outcome that counts."""
    for entry in entries:
        own = [one for one in (entry.seq, entry.outcome_seq) if one]
        wanted = {*own, *(one - 1 for one in own)}
        found = {row.seq: row for row in AuditRecord.objects.filter(seq__in=wanted).iterator()}
        for seq in own:
            row, before = found[seq], found.get(seq - 1)
            yield row.chain_row, before.mac if before else GENESIS_MAC


def read_rows_after(
    organization: int, after: int, limit: int, selection: RowSelection = ALL_ROWS
) -> tuple[list[RowWithPreviousMac], int]:
    """An organization's rows that follow ``after``, and the row up to which these are
    all: rows are committed in their order, so none turns up in between later. Those
    that were removed say so. Without rows, that one is not always the last one: who
    has few among many goes on from there.

    Raises `NotWhole` when ``after`` is a row that there is not yet: to go on from
    there would leave out what comes until then.
    """
    head = AuditHead.objects.values_list("seq", flat=True).first() or 0
    if after > head:
        raise ExportIntegrityError(f"the audit log ends at row {head}")
    condition, values = selection.where
    query = f"SELECT {ROW_COLUMNS}{FROM_SQL}{condition} ORDER BY r.seq LIMIT %s"
    found: list[RowWithPreviousMac] = []
    ends = monotonic() + MAX_SCAN_SECONDS
    while after < head and not found:
        until = min(after + ROWS_PER_WINDOW, head)
        with connection.cursor() as cursor:
            cursor.execute(query, [after, until, organization, *values, limit])
            for *row, before in cursor.fetchall():
                found.append((ChainRow(*row), before or GENESIS_MAC))
        after = found[-1][0].seq if len(found) == limit else until
        if monotonic() > ends:
            break
    return found, after


def count_rows(
    organization: int,
    after: int,
    until: int,
    limit: int,
    selection: RowSelection = ALL_ROWS,
) -> int | None:
    """How many rows there are behind ``after`` up to ``until``; at most ``most``, and
    None where counting takes too long."""
    condition, values = selection.where
    some = f"SELECT r.seq{FROM_SQL}{condition} LIMIT %s"
    count, ends = 0, monotonic() + MAX_SCAN_SECONDS
    while after < until and count < limit:
        if monotonic() > ends:
            return None
        end = min(after + ROWS_PER_WINDOW, until)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM ({some}) AS found",  # noqa: S608
                [after, end, organization, *values, limit - count],
            )
            count += cursor.fetchone()[0]
        after = end
    return count


def format_line(row: ChainRow, previous_mac: str) -> str:
    """One row; what it says is canonical JSON already."""
    return (
        f'{{"before":"{previous_mac}","content":{row.content},"entry":"{row.entry}",'
        f'"key":"{row.key}","mac":"{row.mac}","phase":"{row.phase}",'
        f'"seq":{row.seq}}}\n'
    )


def format_export(rows: Iterable[RowWithPreviousMac]) -> Iterator[str]:
    """The lines of the file, the one that sums them up included."""
    hashed, count = sha256(), 0
    for row, before in rows:
        text = format_line(row, before)
        hashed.update(text.encode())
        count += 1
        yield text
    yield _summary_line(get_audit_keys().current, count, hashed.hexdigest())


def check_file(path: Path) -> ExportCheck:
    """What the file holds; raises `NotWhole`, and names the first bad row. Raises
    `Unproven` for what a page exports, which is an entry a line, in other words."""
    hashed, count, last, end = sha256(), 0, (0, GENESIS_MAC), b""
    removed = 0
    gap = 0  # the first row that is not there, in an export of all rows
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE_BYTES):
            if end:
                raise ExportIntegrityError("content after the last line")
            if line.startswith(b'{"digest":'):
                end = line
                continue
            last = _check_line(line, count, last)
            hashed.update(line)
            count += 1
            removed += TOMBSTONE_MARKER in line
            gap = gap or (count if last[0] != count else 0)
    if not end:
        raise ExportIntegrityError(f"the last line is missing after {count} rows")
    said = _parse_line(end, count)
    if (said.get("rows"), said.get("digest")) != (count, hashed.hexdigest()):
        named = f"first bad row {gap}: " if gap > 1 else ""
        raise ExportIntegrityError(
            f"{named}the file has {count} rows, but {said.get('rows')} were exported"
        )
    try:
        right = _summary_line(said["key"], count, hashed.hexdigest())
    except (KeyError, KeyNotFoundError, TypeError):
        right = ""
    if end.decode(errors="replace") != right:
        raise ExportIntegrityError("the last line has no valid signature")
    return ExportCheck(count, removed)


def _parse_line(line: bytes, count: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ExportIntegrityError(f"line {count + 1} is unreadable")
    return said


def _check_line(text: bytes, count: int, previous: tuple[int, str]) -> tuple[int, str]:
    """The row's number and mac; raises `NotWhole` unless the key vouches for it, and
    for each byte of the line."""
    said = _parse_line(text, count)
    if not count and "entry" in said and not PROOF_MEMBERS & said.keys():
        raise MissingProofError("page exports can't be verified; use an evidence package")
    seq, before = said.get("seq", 0), said.get("before", "")
    try:
        content = canonical_json(said["content"])
        row = ChainRow(seq, said["entry"], said["phase"], content, said["key"], said["mac"])
        is_right = is_row_intact(row, before) and format_line(row, before).encode() == text
    except (KeyError, KeyNotFoundError, TypeError, ValueError, RecursionError):
        is_right = False
    if not is_right:
        raise ExportIntegrityError(f"first bad row {_as_row_number(seq)}: the row was changed")
    if seq == previous[0] + 1 and before != previous[1]:
        raise ExportIntegrityError(f"first bad row {seq}: it doesn't follow the previous row")
    return seq, row.mac


def _as_row_number(seq: Any) -> int:
    return seq if type(seq) is int else 0


def _summary_line(name: str, count: int, digest: str) -> str:
    """The line that sums up; raises `KeyMissing`."""
    text = f"meridian audit export v1\n{count}\n{digest}"
    found = hmac.digest(get_audit_keys()[name], text.encode(), "sha256").hex()
    return canonical_json({"digest": digest, "key": name, "mac": found, "rows": count}) + "\n"

"""Export rows to a JSON Lines file that ``audit_verify --file`` can check alone.

Each line has a row and the MAC of the previous row. The last line signs the number of rows and
their digest, so no line can be removed.
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
ROWS_PER_WINDOW = 20_000  # rows of all organizations per query
MAX_SCAN_SECONDS = 1.0  # seconds after which no further window is
TOMBSTONE_MARKER = f'"content":{TOMBSTONE_PREFIX}'.encode()  # in the line of a deleted row
PROOF_MEMBERS = {"before", "content", "key", "mac", "phase"}  # members of each line
RECORD_TABLE, ENTRY_TABLE = AuditRecord._meta.db_table, AuditEntry._meta.db_table
# The organization of a tombstone is that of its run.
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
    """Which entries to export; all by default.

    Only the category of deleted rows is known, so they are selected by ``categories``.
    """

    effects: Collection[str] = ()
    operations: Collection[str] = ()
    categories: Collection[str] = ()

    @property
    def sql_condition(self) -> tuple[str, list[str]]:
        """Return an SQL condition and its parameters."""
        parts, values = list[str](), list[str]()
        for column, names in (("effect", self.effects), ("operation", self.operations)):
            if names:
                placeholders = ", ".join(["%s"] * len(names))
                parts.append(f"e.{column} IN ({placeholders})")
                values += names
        if not parts:
            return "", []
        kinds = [f'%"kind":"{kind}"%' for kind in self.categories]
        is_tombstone = " OR ".join(["r.content LIKE %s"] * len(kinds)) or "1 = 0"
        text = f" AND ({' AND '.join(parts)} OR g.entry IS NOT NULL AND ({is_tombstone}))"
        return text, [*values, *kinds]


ALL_ROWS = RowSelection()


class ExportCheck(NamedTuple):
    """The number of rows in a verified export, and how many of them are tombstones."""

    rows: int
    deleted: int  # tombstones among them


class MissingProofError(Exception):
    """The file is an export without proof."""


class ExportIntegrityError(Exception):
    """The file differs from the export; the message names the first bad row."""


def read_all_rows() -> Iterator[RowWithPreviousMac]:
    """Yield all rows in order."""
    before = GENESIS_MAC
    for row in read_chain():
        yield row, before
        before = row.mac


def read_rows_of(entries: Iterable[AuditEntry]) -> Iterator[RowWithPreviousMac]:
    """Yield the intent and the effective outcome of each entry."""
    for entry in entries:
        numbers = [number for number in (entry.seq, entry.outcome_seq) if number]
        expected = {*numbers, *(number - 1 for number in numbers)}
        rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=expected).iterator()}
        for seq in numbers:
            row, before = rows[seq], rows.get(seq - 1)
            yield row.chain_row, before.mac if before else GENESIS_MAC


def read_rows_after(
    organization: int, after: int, limit: int, selection: RowSelection = ALL_ROWS
) -> tuple[list[RowWithPreviousMac], int]:
    """Return an organization's rows after ``after``, and the row up to which they are complete.

    Rows are committed in order, so none appears in between later. Includes tombstones. Without a
    result, the second value may be less than the last row: continue from there. Raises
    `ExportIntegrityError` if ``after`` is beyond the end of the log.
    """
    head = AuditHead.objects.values_list("seq", flat=True).first() or 0
    if after > head:
        raise ExportIntegrityError("the audit log ends before this row")
    condition, values = selection.sql_condition
    query = f"SELECT {ROW_COLUMNS}{FROM_SQL}{condition} ORDER BY r.seq LIMIT %s"
    rows: list[RowWithPreviousMac] = []
    deadline = monotonic() + MAX_SCAN_SECONDS
    while after < head and not rows:
        until = min(after + ROWS_PER_WINDOW, head)
        with connection.cursor() as cursor:
            cursor.execute(query, [after, until, organization, *values, limit])
            for *row, before in cursor.fetchall():
                rows.append((ChainRow(*row), before or GENESIS_MAC))
        after = rows[-1][0].seq if len(rows) == limit else until
        if monotonic() > deadline:
            break
    return rows, after


def count_rows(
    organization: int, after: int, until: int, limit: int, selection: RowSelection = ALL_ROWS
) -> int | None:
    """Count rows after ``after`` up to ``until``, at most ``limit``.

    Return None if counting takes too long.
    """
    condition, values = selection.sql_condition
    statement = f"SELECT r.seq{FROM_SQL}{condition} LIMIT %s"
    count, deadline = 0, monotonic() + MAX_SCAN_SECONDS
    while after < until and count < limit:
        if monotonic() > deadline:
            return None
        end = min(after + ROWS_PER_WINDOW, until)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM ({statement}) AS found",  # noqa: S608
                [after, end, organization, *values, limit - count],
            )
            count += cursor.fetchone()[0]
        after = end
    return count


def format_line(row: ChainRow, previous_mac: str) -> str:
    """Return a row as a line of the export."""
    return f'{format_row(row, previous_mac)[:-1]},"seq":{row.seq}}}\n'


def format_row(row: ChainRow, previous_mac: str) -> str:
    """Return a row as JSON without its number, which counts the rows of all organizations."""
    return (
        f'{{"before":"{previous_mac}","content":{row.content},"entry":"{row.entry}",'
        f'"key":"{row.key}","mac":"{row.mac}","phase":"{row.phase}"}}'
    )


def format_export(rows: Iterable[RowWithPreviousMac]) -> Iterator[str]:
    """Yield the lines of the export, including the signed last line."""
    hashed, count = sha256(), 0
    for row, before in rows:
        text = format_line(row, before)
        hashed.update(text.encode())
        count += 1
        yield text
    yield _summary_line(get_audit_keys().current, count, hashed.hexdigest())


def check_file(path: Path) -> ExportCheck:
    """Verify an export.

    Raises `ExportIntegrityError` with the first bad row, and `MissingProofError` for a page export.
    """
    hashed, count, last, last_line = sha256(), 0, (0, GENESIS_MAC), b""
    removed = 0
    gap = 0  # first missing row, in an export of all rows
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE_BYTES):
            if last_line:
                raise ExportIntegrityError("content after the last line")
            if line.startswith(b'{"digest":'):
                last_line = line
                continue
            last = _check_line(line, count, last)
            hashed.update(line)
            count += 1
            removed += TOMBSTONE_MARKER in line
            gap = gap or (count if last[0] != count else 0)
    if not last_line:
        raise ExportIntegrityError(f"the last line is missing after {count} rows")
    fields = _parse_line(last_line, count)
    if (fields.get("rows"), fields.get("digest")) != (count, hashed.hexdigest()):
        name = f"first bad row {gap}: " if gap > 1 else ""
        raise ExportIntegrityError(
            f"{name}the file has {count} rows, but {fields.get('rows')} were exported"
        )
    try:
        right = _summary_line(fields["key"], count, hashed.hexdigest())
    except (KeyError, KeyNotFoundError, TypeError):
        right = ""
    if last_line.decode(errors="replace") != right:
        raise ExportIntegrityError("the last line has no valid signature")
    return ExportCheck(count, removed)


def _parse_line(line: bytes, count: int) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise ExportIntegrityError(f"line {count + 1} is unreadable")
    return fields


def _check_line(text: bytes, count: int, previous: tuple[int, str]) -> tuple[int, str]:
    """Verify one line and return its row number and MAC.

    Raises `ExportIntegrityError`, also for a differing byte of the line.
    """
    fields = _parse_line(text, count)
    if not count and "entry" in fields and not PROOF_MEMBERS & fields.keys():
        raise MissingProofError("page exports can't be verified; use an evidence package")
    seq, before = fields.get("seq", 0), fields.get("before", "")
    try:
        content = canonical_json(fields["content"])
        row = ChainRow(seq, fields["entry"], fields["phase"], content, fields["key"], fields["mac"])
        is_right = is_row_intact(row, before) and format_line(row, before).encode() == text
    except (KeyError, KeyNotFoundError, TypeError, ValueError, RecursionError):
        is_right = False
    if not is_right:
        number = seq if type(seq) is int else 0
        raise ExportIntegrityError(f"first bad row {number}: the row was changed")
    if seq == previous[0] + 1 and before != previous[1]:
        raise ExportIntegrityError(f"first bad row {seq}: it doesn't follow the previous row")
    return seq, row.mac


def _summary_line(name: str, count: int, digest: str) -> str:
    """Return the signed last line; raise `KeyNotFoundError`."""
    text = f"meridian audit export v1\n{count}\n{digest}"
    mac = hmac.digest(get_audit_keys()[name], text.encode(), "sha256").hex()
    return canonical_json({"digest": digest, "key": name, "mac": mac, "rows": count}) + "\n"

"""Verify the audit log: offline, row by row, in one pass.

Checks the chain and its checkpoints, and that the search tables match. The byte format is
documented in docs/reference/audit-log.md.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection

from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.integrity import chain_reader, checkpoint_verifier, signing
from tenants.audit.integrity.append_only import has_triggers
from tenants.audit.integrity.chain import GENESIS_MAC, ChainRow, compute_head_mac, get_audit_keys
from tenants.audit.integrity.checkpoint_verifier import CheckpointMismatchError, CheckpointVerifier
from tenants.audit.integrity.index_verifier import SearchIndexVerifier
from tenants.audit.integrity.lost_keys import LostKey, LostKeys, is_intact_or_lost, load_lost_keys
from tenants.audit.integrity.merkle import hash_row
from tenants.audit.integrity.report import (
    UnreadableChainError,
    VerificationError,
    VerificationReport,
)
from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.models import AuditHead
from tenants.audit.records import MALFORMED_ERRORS
from tenants.audit.retention.run_verifier import RunVerifier, UnprovenDeletionError
from tenants.crypto.key_ring import KeyNotFoundError

TOLERANCE_MICROSECONDS = 60_000_000  # microseconds that a later row may seem earlier
FORGET_AFTER_ROWS = 50  # rows


@dataclass(slots=True)
class _ObservedClock:
    latest_time: int  # microseconds since 1970
    first_row: int  # the row that it was met in
    last_row: int
    is_reported: bool = False


class ClockSkewDetector:
    """Tracks the clocks by which rows were written."""

    def __init__(self) -> None:
        self._clocks: list[_ObservedClock] = []  # the furthest ahead last

    def observe(self, row: int, time: int) -> list[str]:
        """Track the next row and return new warnings."""
        if self._clocks and abs(time - self._clocks[-1].latest_time) <= TOLERANCE_MICROSECONDS:
            same, later = self._clocks[-1], []  # nearly always
        else:
            recent = [clock for clock in self._clocks if row - clock.last_row <= FORGET_AFTER_ROWS]
            below = [
                clock for clock in recent if clock.latest_time <= time + TOLERANCE_MICROSECONDS
            ]
            later = recent[len(below) :]
            if not below or time > below[-1].latest_time + TOLERANCE_MICROSECONDS:
                self._clocks = [*below, _ObservedClock(time, row, row, bool(later)), *later]
                if not later:
                    return []
                direction = "behind an earlier row"
                return [
                    _format_warning(row, later[0].latest_time - time, direction),
                    *_report_new(later[1:], time),
                ]
            self._clocks, same = recent, below[-1]
        same.latest_time, same.last_row = max(same.latest_time, time), row
        return [] if same.is_reported else _report_new(later, time)


def _report_new(ahead: Sequence[_ObservedClock], time: int) -> list[str]:
    """Return warnings for clocks that weren't reported yet."""
    clocks = [clock for clock in ahead if not clock.is_reported]
    for clock in clocks:
        clock.is_reported = True
    direction = "ahead of a later row"
    return [
        _format_warning(clock.first_row, clock.latest_time - time, direction) for clock in clocks
    ]


def _format_warning(row: int, difference: int, direction: str) -> str:
    span = timedelta(seconds=round(difference / 1_000_000))
    return f"row {row}: clock difference, {span} {direction}"


def verify_audit_log(
    anchor: Iterable[Checkpoint] = (), lost_keys: LostKeys | None = None
) -> VerificationReport:
    """Verify the whole log at this moment.

    Without an ``anchor`` (checkpoints kept elsewhere), neither a restored database nor a
    log rewritten with its keys can be detected. ``lost_keys`` replace those that the log records.
    Raises `UnreadableChainError`.
    """
    try:
        return _build_report([*anchor], lost_keys)
    except (UnreadableChainError, UnicodeDecodeError) as error:
        if "decode" not in str(error):
            raise
    with chain_reader.tolerate_invalid_utf8():
        return _build_report([*anchor], lost_keys)


def _build_report(anchor: Sequence[Checkpoint], lost_keys: LostKeys | None) -> VerificationReport:
    report = VerificationReport()
    try:
        _verify_into(report, anchor, lost_keys)
    except DatabaseError as error:
        raise UnreadableChainError(report.rows + 1, error) from error
    return report


def _verify_into(
    report: VerificationReport, anchor: Sequence[Checkpoint], lost_keys: LostKeys | None
) -> None:
    report.has_triggers = has_triggers(connection)
    if not report.has_triggers:
        report.add_warning("the database allows rows to be changed: a trigger is missing")
    with chain_reader.consistent_snapshot():
        if lost_keys is None:
            lost_keys = load_lost_keys()
        checkpoints, wrong = checkpoint_verifier.load_stored_checkpoints(lost_keys)
        if not signing.load_public_keys():
            if checkpoints:
                report.add_warning("no public key is configured, so checkpoints are ignored")
            checkpoints = []
        signed = CheckpointVerifier([*anchor, *checkpoints])
        try:
            _Verification(report, signed, lost_keys).run()
        except (VerificationError, UnprovenDeletionError) as error:
            row = report.rows + 1 if error.row is None else error.row
            report.first_bad_row = (int(row), str(error))
        except CheckpointMismatchError as error:
            report.first_bad_row = (error.row, str(error))
        except MALFORMED_ERRORS as error:
            problem = f"the row is malformed ({type(error).__name__})"
            report.first_bad_row = (report.rows + 1, problem)
        if wrong and (not report.first_bad_row or wrong.row < report.first_bad_row[0]):
            report.first_bad_row = (wrong.row, str(wrong))
        report.first_bad_row = report.first_bad_row or checkpoint_verifier.find_missing_checkpoint(
            anchor
        )
    report.checkpoint_count, report.last_checkpoint = (signed.verified_count, signed.last_verified)


class _Verification:
    """One pass over the log, from the first row to the head."""

    def __init__(
        self, report: VerificationReport, signed: CheckpointVerifier, lost_keys: LostKeys
    ) -> None:
        self.report = report
        self.checkpoints = signed
        self.lost_keys, self.lost_rows = lost_keys, Counter[str]()
        self.previous_mac, self.clocks = GENESIS_MAC, ClockSkewDetector()
        self.latest_time, self.last_signed_at = 0, 0  # microseconds since 1970
        self.runs = RunVerifier()
        report.deletion_runs = self.runs.verified
        self.searchable = SearchIndexVerifier()

    def run(self) -> None:
        # Closed at once, even after an error: a cursor left to the garbage collector may
        # be closed while the connection is busy, and deadlock.
        with closing(self.searchable), closing(chain_reader.read_rows_with_entries()) as rows:
            self.check_rows(rows)
        self.check_end()

    def check_rows(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            seq, entry, phase, content, key, mac, *visible = row
            if seq == self.report.rows:
                raise VerificationError("the row or its search entry exists twice", seq)
            if seq != self.report.rows + 1:
                raise VerificationError(f"the next row is {seq}: rows are missing")
            link = ChainRow(seq, entry, phase, content, key, mac)
            self.check_link(link)
            if tombstone := Tombstone.parse(content):
                self.check_tombstone(link, tombstone, has_entry=any(visible))
            else:
                self.check_index(link, dict(zip(chain_reader.ENTRY_COLUMNS, visible, strict=True)))
            if self.checkpoints:
                self.check_checkpoint(link)
            self.report.rows += 1

    def check_link(self, row: ChainRow) -> None:
        """Check that the row follows the previous one."""
        try:
            is_valid = is_intact_or_lost(row, self.previous_mac, self.lost_keys)
        except KeyNotFoundError as error:
            raise VerificationError(f"the row can't be checked: {error}") from None
        if not is_valid:
            raise VerificationError("this row or the previous one was changed")
        self.lost_rows[row.key] += row.key in self.lost_keys
        self.previous_mac = row.mac

    def check_index(self, row: ChainRow, entry_columns: dict[str, Any]) -> None:
        """Compare the row with the search tables."""
        content = json.loads(row.content)
        self.searchable.check_row(row.phase, content, row.seq, entry_columns)
        self.report.calls += row.phase == "intent"
        self.check_time(content["at" if row.phase == "intent" else "ended_at"], row.seq)
        if content.get("operation") == AUDIT_EXPIRE.name:
            self.runs.check_run(content)

    def check_tombstone(self, row: ChainRow, tombstone: Tombstone, *, has_entry: bool) -> None:
        """Check a tombstone, and that nothing else shows the deleted row."""
        self.searchable.check_tombstone(row.seq, has_entry=has_entry)
        self.runs.add_tombstone(row, tombstone)

    def check_time(self, time: int, seq: int) -> None:
        for warning in self.clocks.observe(seq, time):
            self.report.add_warning(warning)
        self.runs.add_time(time)
        self.latest_time = max(self.latest_time, time)

    def check_checkpoint(self, row: ChainRow) -> None:
        """Compare the rows so far with a checkpoint that ends here."""
        try:
            leaf = hash_row(row)
        except KeyNotFoundError:
            leaf = None
        checkpoint = self.checkpoints.add_leaf(leaf)
        if checkpoint and not checkpoint.has_valid_signature:
            raise VerificationError("the checkpoint ending here has no valid signature")
        if checkpoint:
            self.runs.add_time(checkpoint.time)
            self.check_checkpoint_time(checkpoint)

    def check_checkpoint_time(self, checkpoint: Checkpoint) -> None:
        """Warn if a checkpoint is older than its rows or its predecessor."""
        until, row = checkpoint.time + TOLERANCE_MICROSECONDS, f"row {checkpoint.size}:"
        if self.latest_time > until:
            self.report.add_warning(f"{row} an earlier row has a later time than its checkpoint")
            self.latest_time = 0
        if self.last_signed_at > until:
            self.report.add_warning(f"{row} its checkpoint is older than the previous one")
        self.last_signed_at = checkpoint.time

    def check_end(self) -> None:
        """Check that the log and the search tables end here."""
        self.checkpoints.finish()
        self.runs.finish()
        self.check_head()
        self.check_lost_keys()
        self.searchable.finish(self.report.calls)

    def check_head(self) -> None:
        """Check that the head states the last row."""
        head = AuditHead.objects.filter(pk=1).first()
        if head is None:
            raise VerificationError("the audit log has no head")
        try:
            right = compute_head_mac(get_audit_keys()[head.key], head.seq, head.link)
        except KeyNotFoundError:
            lost = self.lost_keys.get(head.key)
            if lost is None or head.seq > lost.last:
                raise VerificationError(f"the head uses the unknown key {head.key!r}") from None
            right = head.mac
        if right != head.mac:
            raise VerificationError("the head was changed")
        if (head.seq, head.link) != (self.report.rows, self.previous_mac):
            raise VerificationError(f"the audit log ends here, but had {head.seq} rows")
        if AuditHead.objects.count() > 1:
            raise VerificationError("the audit log has more than one head")

    def check_lost_keys(self) -> None:
        """Check the number of rows of lost keys, and report what proves them."""
        last = self.checkpoints.last_verified
        covered = last.size if last else 0
        for key in self.lost_keys.values():
            if self.lost_rows[key.name] != key.rows:
                raise VerificationError(f"the rows of the lost key {key.name!r} differ", key.first)
            self.report.add_warning(describe_lost_key(key, min(key.signed, covered)))
        if self.lost_keys and self.checkpoints.unproven_rows:
            self.report.add_warning(
                f"{self.checkpoints.unproven_rows} rows can't be compared with checkpoints: "
                "they, or rows under the same checkpoint, have no salt"
            )


def describe_lost_key(key: LostKey, proven: int) -> str:
    """Describe what proves the rows of a lost key; checkpoints cover ``proven`` rows."""
    text = f"rows {key.first} to {key.last}: the key {key.name} is lost, so MACs weren't checked"
    if proven >= key.last:
        return f"{text}; all match checkpoints signed before"
    if proven < key.first:
        return f"{text}; no checkpoint was signed before, so they may have been changed before"
    return (
        f"{text}; rows up to {proven} match checkpoints signed before; "
        "later ones may have been changed before the new chain started"
    )

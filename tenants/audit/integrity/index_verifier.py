"""Verify that the search tables match the rows of the audit log."""

from typing import Any

from django.db.models import Exists, OuterRef

from tenants.audit.integrity import chain_reader
from tenants.audit.integrity.report import VerificationError
from tenants.audit.models import ROWS_PER_BLOCK, AuditBlock, AuditEntry, AuditRecord
from tenants.audit.records import OPEN_OUTCOME_COLUMNS, ROW_ONLY_MEMBERS, list_changed_members
from tenants.audit.subject_index import fingerprint_subject


class SearchIndexVerifier:
    """Compares the search tables with one row after the other."""

    def __init__(self) -> None:
        self._pending_outcomes: dict[int, int] = {}  # by intent, the outcome that is shown
        self._blocks: dict[int, tuple[int, int]] = {}
        self._blocks_with_deletions: set[int] = set()  # blocks of which something was removed
        self._fields = chain_reader.read_indexed_fields()
        self._next_fields = next(self._fields, None)

    def close(self) -> None:
        self._fields.close()

    def check_row(
        self, phase: str, content: dict[str, Any], seq: int, entry_columns: dict[str, Any]
    ) -> None:
        """Raise `VerificationError` unless the row is indexed correctly."""
        is_shown = _matches_entry(phase, content, seq, entry_columns)
        if phase == "outcome":
            if is_shown:
                self._pending_outcomes.pop(entry_columns["seq"], None)
            return
        if entry_columns["outcome_seq"] is not None:
            self._pending_outcomes[seq] = entry_columns["outcome_seq"]
        if self._next_fields and self._next_fields[0] < seq:
            raise VerificationError(
                "the search index lists a field that the row doesn't have", self._next_fields[0]
            )
        organization = content["organization_id"]
        changed = ((organization, member) for member in list_changed_members(content["changed"]))
        if names := chain_reader.sort_fields(changed):
            if self._next_fields != (seq, names):
                raise VerificationError("the search index lacks fields of the row")
            self._next_fields = next(self._fields, None)
        first, last = self._blocks.get(seq // ROWS_PER_BLOCK, (content["at"], content["at"]))
        span = min(first, content["at"]), max(last, content["at"])
        self._blocks[seq // ROWS_PER_BLOCK] = span

    def check_tombstone(self, seq: int, *, has_entry: bool) -> None:
        """Raise `VerificationError` if a deleted row is still indexed."""
        if has_entry or (self._next_fields and self._next_fields[0] == seq):
            raise VerificationError("the row was deleted but is still in the search index")
        self._blocks_with_deletions.add(seq // ROWS_PER_BLOCK)

    def finish(self, entries: int) -> None:
        """Raise `VerificationError` if more is indexed than ``entries`` entries."""
        if self._pending_outcomes:
            row = min(self._pending_outcomes)
            raise VerificationError("its search entry has an outcome that doesn't exist", row)
        if AuditEntry.objects.count() != entries:
            intents = AuditRecord.objects.filter(
                seq=OuterRef("seq"), entry=OuterRef("entry"), phase="intent"
            )
            forged = AuditEntry.objects.filter(~Exists(intents)).order_by("seq").first()
            problem = "the search entry has no row in the log"
            raise VerificationError(problem, forged.seq if forged else None)
        if self._next_fields:
            raise VerificationError(
                "the search index lists a field that the row doesn't have", self._next_fields[0]
            )
        audit_blocks = AuditBlock.objects.values_list("block", "earliest", "latest")
        blocks = {block: (first, last) for block, first, last in audit_blocks}
        if wrong := [
            number
            for number in blocks.keys() | self._blocks
            if self._has_wrong_times(number, blocks)
        ]:
            first = min(number for number in wrong if isinstance(number, int))
            raise VerificationError(
                "the time index of its entries is wrong", max(1, first * ROWS_PER_BLOCK)
            )

    def _has_wrong_times(self, number: int, blocks: dict[int, tuple[int, int]]) -> bool:
        """Return whether a block's times are wrong.

        If rows of the block were deleted, its times may be wider than those of the remaining rows.
        """
        stored, expected = blocks.get(number), self._blocks.get(number)
        if number not in self._blocks_with_deletions or stored is None:
            return stored != expected
        if not all(isinstance(time, int) for time in stored):
            return True  # SQLite lets a column hold anything
        return expected is not None and not stored[0] <= expected[0] <= expected[1] <= stored[1]


def _matches_entry(
    phase: str, content: dict[str, Any], seq: int, entry_columns: dict[str, Any]
) -> bool:
    """Return whether the search entry shows this row.

    An outcome that was superseded by a resolution isn't shown. Raises `VerificationError` if the
    entry differs.
    """
    if phase == "intent":
        if entry_columns["seq"] != seq:
            raise VerificationError("its search entry is missing or has another number")
        if entry_columns["mark"] != fingerprint_subject(
            content["organization_id"], content["subject"]
        ):
            raise VerificationError("its subject fingerprint is wrong; run audit_marks")
        if "known" not in content and entry_columns["known"] is not None:
            raise VerificationError("its search entry contains more than the row")
        if entry_columns["outcome_seq"] is None:
            content = content | OPEN_OUTCOME_COLUMNS
    elif entry_columns["outcome_seq"] is None or entry_columns["outcome_seq"] < seq:
        raise VerificationError("its search entry lacks this outcome")
    elif entry_columns["outcome_seq"] > seq:
        return False
    columns = entry_columns | {name: content.get(name) for name in ROW_ONLY_MEMBERS}
    if not content.items() <= columns.items():
        raise VerificationError("its search entry differs from the row")
    return True

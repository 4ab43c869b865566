"""Whether the record is searchable by what its rows say, and by nothing else."""

from typing import Any

from django.db.models import Exists, OuterRef

from tenants.audit import snapshot
from tenants.audit.entry import NO_OUTCOME, members
from tenants.audit.marks import mark
from tenants.audit.models import BLOCK, AuditBlock, AuditEntry, AuditRecord
from tenants.audit.report import Bad


class Searchable:
    """The tables beside the record, held against one row of it after the other."""

    def __init__(self) -> None:
        self._closing: dict[int, int] = {}  # by intent, the outcome that is shown
        self._blocks: dict[int, tuple[int, int]] = {}
        self._thinned: set[int] = set()  # blocks of which something was removed
        self._fields = snapshot.fields()
        self._next = next(self._fields, None)

    def close(self) -> None:
        self._fields.close()

    def told(
        self, phase: str, said: dict[str, Any], seq: int, shown: dict[str, Any]
    ) -> None:
        """Whether it is found by what this row says; raises `Bad`."""
        is_shown = _compared(phase, said, seq, shown)
        if phase == "outcome":
            if is_shown:
                self._closing.pop(shown["seq"], None)
            return
        if shown["outcome_seq"] is not None:
            self._closing[seq] = shown["outcome_seq"]
        if self._next and self._next[0] < seq:
            raise Bad("it is searchable by a field it has not", self._next[0])
        organization = said["organization_id"]
        changed = ((organization, one) for one in members(said["changed"]))
        if names := snapshot.in_order(changed):
            if self._next != (seq, names):
                raise Bad("it is not searchable by the fields it changed")
            self._next = next(self._fields, None)
        first, last = self._blocks.get(seq // BLOCK, (said["at"], said["at"]))
        span = min(first, said["at"]), max(last, said["at"])
        self._blocks[seq // BLOCK] = span

    def gone(self, seq: int, *, is_shown: bool) -> None:
        """Whether it is not found by what a removed row said; raises `Bad`."""
        if is_shown or (self._next and self._next[0] == seq):
            raise Bad("it was removed, and is searchable all the same")
        self._thinned.add(seq // BLOCK)

    def ended(self, entries: int) -> None:
        """Whether nothing more is found than the ``entries`` that rows tell of."""
        if self._closing:
            row = min(self._closing)
            raise Bad("its searchable entry has an outcome that there is not", row)
        if AuditEntry.objects.count() != entries:
            intents = AuditRecord.objects.filter(
                seq=OuterRef("seq"), entry=OuterRef("entry"), phase="intent"
            )
            forged = AuditEntry.objects.filter(~Exists(intents)).order_by("seq").first()
            what = "it is searchable, but not in the record"
            raise Bad(what, forged.seq if forged else None)
        if self._next:
            raise Bad("it is searchable by a field it has not", self._next[0])
        kept = AuditBlock.objects.values_list("block", "earliest", "latest")
        blocks = {block: (first, last) for block, first, last in kept}
        if wrong := [
            one for one in blocks.keys() | self._blocks if self._misses(one, blocks)
        ]:
            first = min(one for one in wrong if isinstance(one, int))
            raise Bad("its entries cannot be searched by time", max(1, first * BLOCK))

    def _misses(self, number: int, blocks: dict[int, tuple[int, int]]) -> bool:
        """Whether a block's times are not those of its rows; where some are gone,
        whether they leave out one that is not."""
        kept, right = blocks.get(number), self._blocks.get(number)
        if number not in self._thinned or kept is None:
            return kept != right
        if not all(isinstance(one, int) for one in kept):
            return True  # SQLite lets a column hold anything
        return right is not None and not kept[0] <= right[0] <= right[1] <= kept[1]


def _compared(
    phase: str, said: dict[str, Any], seq: int, shown: dict[str, Any]
) -> bool:
    """Whether the searchable entry shows this row, which an outcome that was
    followed by another (after reconciling) does not; raises `Bad` if wrongly."""
    if phase == "intent":
        if shown["seq"] != seq:
            raise Bad("it has no searchable entry, or one numbered otherwise")
        if shown["mark"] != mark(said["organization_id"], said["subject"]):
            raise Bad("it is not searchable by its subject; run audit_marks")
        if "known" not in said and shown["known"] is not None:
            raise Bad("its searchable entry knows more than it")
        if shown["outcome_seq"] is None:
            said = said | NO_OUTCOME
    elif shown["outcome_seq"] is None or shown["outcome_seq"] < seq:
        raise Bad("its searchable entry does not have this outcome")
    elif shown["outcome_seq"] > seq:
        return False
    if not said.items() <= shown.items():
        raise Bad("its searchable entry does not say the same")
    return True

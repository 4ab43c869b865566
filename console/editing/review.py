"""Review of a draft against the current document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.audit_log.change_descriptions import ChangeDescription, describe_changes
from console.audit_log.entry_rows import describe_with_risks
from console.documents.configuration_warnings import ConfigurationWarning, warnings_after
from console.documents.kinds import DocumentTarget
from console.editing.drafts import DraftEdits
from console.forms.value_text import format_value
from console.inventory.blast_radius import BlastRadius, impact_hints, measure_blast_radius
from tenants.authlete.changes import diff_edits
from tenants.authlete.documents.base import Document
from tenants.authlete.edits import ChangeHints
from tenants.authlete.json.compare import is_equivalent
from tenants.authlete.json.merge import MergeConflict, merge
from tenants.authlete.redaction.unknown_fields import SCHEMAS
from tenants.crypto.fingerprints import get_draft_redactor


@dataclass(frozen=True, slots=True)
class DraftReview:
    """The effect of a draft on the current document."""

    document: Document
    values: dict[str, Any]  # values to set; the draft's if both changed one
    redacted_values: dict[str, Any]  # the values with secrets redacted
    changes: list[ChangeDescription]
    conflicts: tuple[MergeConflict, ...]
    joined: frozenset[str]  # members merged from both sides
    other_changes: list[ChangeDescription]  # by others since the draft was opened
    warnings: list[ConfigurationWarning]  # about the edited document
    blast_radius: BlastRadius | None = None  # of a service

    @property
    def is_rejected(self) -> bool:
        """Whether Authlete would reject the edits."""
        return any(note.code and note.is_new for note in self.warnings)

    @property
    def version(self) -> int:
        return self.document.modified_at


def redact_edits(target: DocumentTarget, edits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the edits, with secrets replaced by fingerprints that only this draft has."""
    redactor = get_draft_redactor(target.workspace.member.user.pk, target).with_schema(
        SCHEMAS[target.kind.document]
    )
    return {name: redactor.redact_field(name, value) for name, value in edits.items()}


def review(target: DocumentTarget, document: Document, edits: DraftEdits) -> DraftReview:
    """Merge the edits into the current document, and find what has to be confirmed."""
    declared = target.kind.declared
    now = {name: document.get(name) for name in edits.base}
    merged = merge(edits.base, now, edits.values)
    expected = {
        name: value
        for name, value in merged.fields.items()
        if not is_equivalent(value, document.get(name))
    }
    redacted = redact_edits(target, expected)
    return DraftReview(
        document,
        expected,
        redacted,
        describe_with_risks(diff_edits(document.to_dict(), redacted), declared),
        merged.conflicts,
        merged.auto_merged,
        describe_changes(diff_edits(edits.base, now), declared),
        warnings_after(target, document.to_dict(), redacted),
        None if target.client_id else _blast_radius(target, document, redacted),
    )


def _blast_radius(
    target: DocumentTarget, document: Document, edits: Mapping[str, Any]
) -> BlastRadius:
    before = document.to_dict()
    return _measure(target, before, {**before, **edits})


def _measure(
    target: DocumentTarget, before: Mapping[str, Any], after: Mapping[str, Any]
) -> BlastRadius:
    location = (target.workspace.organization, target.workspace.region.name, target.service_id)
    return measure_blast_radius(*location, before, after)


def change_hints(target: DocumentTarget) -> ChangeHints | None:
    """Return the function that adds the affected clients to a change's audit entry."""
    if target.client_id:
        return None
    return lambda before, after: impact_hints(_measure(target, before, after))


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A setting in a merge: opened, current and edited value."""

    member: str
    label: str
    base: str
    theirs: str
    mine: str
    is_conflict: bool
    is_mine: bool  # whether the merge takes the draft's value
    is_joined: bool  # whether the merge joins both values


def merge_rows(target: DocumentTarget, edits: DraftEdits, review: DraftReview) -> list[MergeRow]:
    """Return the settings that either side changed, conflicts first."""
    conflicts = {conflict.field for conflict in review.conflicts}
    mine_of = {conflict.field: conflict.mine for conflict in review.conflicts}
    redacted = redact_edits(target, {**edits.values, **mine_of})
    lines = []
    for member, base in edits.base.items():
        now, mine = review.document.get(member), redacted.get(member, base)
        if is_equivalent(base, now) and is_equivalent(base, mine):
            continue
        _, setting = target.kind.declared[member]
        was, theirs, yours = (format_value(setting, value) for value in (base, now, mine))
        is_mine = member in edits.values
        lines.append(
            MergeRow(
                member,
                setting.label,
                was,
                theirs,
                yours,
                member in conflicts,
                is_mine,
                member in review.joined,
            )
        )
    return sorted(lines, key=lambda line: not line.is_conflict)

"""What a draft would do to a document as it is now."""

from dataclasses import dataclass
from typing import Any

from console.editing.drafts import Edits
from console.editing.kind import Target
from console.editing.notes import Note, notes_after
from console.forms.words import words
from console.sentences import Sentence, sentences
from tenants.authlete.changes import changes
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.compare import alike
from tenants.authlete.documents.merge import Conflict, merge


@dataclass(frozen=True, slots=True)
class Review:
    """A draft held against the document that Authlete has at this moment."""

    document: Document
    wanted: dict[str, Any]  # what would be set; mine where both changed it
    shown: dict[str, Any]  # the same as people may see it, new secrets sealed
    changes: list[Sentence]
    conflicts: tuple[Conflict, ...]
    joined: frozenset[str]  # objects that hold what both changed inside them
    theirs: list[Sentence]  # what others changed since the draft was begun
    notes: list[Note]  # what would not go together then

    @property
    def is_refused(self) -> bool:
        """Whether Authlete would not store what comes of the edit."""
        return any(note.code and note.is_new for note in self.notes)

    @property
    def version(self) -> int:
        return self.document.modified_at


def review(target: Target, document: Document, edits: Edits) -> Review:
    declared = target.kind.declared
    now = {name: document.get(name) for name in edits.base}
    merged = merge(edits.base, now, edits.wanted)
    wanted = {
        name: value
        for name, value in merged.fields.items()
        if not alike(value, document.get(name))
    }
    shown = target.workspace.authlete.shown(wanted)
    return Review(
        document,
        wanted,
        shown,
        sentences(changes(document.wire(), shown), declared),
        merged.conflicts,
        merged.joined,
        sentences(changes(edits.base, now), declared),
        notes_after(target, document.wire(), shown),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One setting in a merge: as it was opened, as it is, as it was edited."""

    member: str
    label: str
    base: str
    theirs: str
    mine: str
    is_conflict: bool
    is_mine: bool  # what the merge takes where it is no conflict
    is_joined: bool  # or of both what they changed inside


def side_by_side(target: Target, edits: Edits, found: Review) -> list[Line]:
    """Every setting that either side changed, the conflicts first."""
    conflicts = {one.field for one in found.conflicts}
    mine_of = {one.field: one.mine for one in found.conflicts}
    shown = target.workspace.authlete.shown({**edits.wanted, **mine_of})
    lines = []
    for member, base in edits.base.items():
        now, mine = found.document.get(member), shown.get(member, base)
        if alike(base, now) and alike(base, mine):
            continue
        _, setting = target.kind.declared[member]
        was, theirs, yours = (words(setting, value) for value in (base, now, mine))
        is_mine = member in edits.wanted
        lines.append(
            Line(
                member,
                setting.label,
                was,
                theirs,
                yours,
                member in conflicts,
                is_mine,
                member in found.joined,
            )
        )
    return sorted(lines, key=lambda line: not line.is_conflict)

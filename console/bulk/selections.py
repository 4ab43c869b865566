"""Selections of services or clients, stored while a user prepares a bulk action."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from console.audit_log.change_descriptions import ChangeDescription
from console.bulk.bulk_settings import EditMode, SettingEdit
from console.bulk.kinds import BulkAction, BulkKind
from console.bulk.objects import CHANGE, BulkSelection, PreviewRow, SelectedObject
from console.forms.validation import from_plain, to_plain
from console.models import Selection
from console.models.drafts import SELECTION_LIFETIME
from console.web.access import Member
from tenants.crypto.vault import UnsealError

MAX_SELECTED = 10_000  # objects of one selection


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """The preview of an action for all selected objects."""

    action: BulkAction
    rows: Sequence[PreviewRow]
    created_at: datetime
    edit: SettingEdit | None = None
    revision: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def with_status(self, status: str) -> list[PreviewRow]:
        return [row for row in self.rows if row.status == status]

    def changes(self, row: PreviewRow) -> list[ChangeDescription]:
        """Describe the changes of one object; never contains a secret."""
        if self.edit:
            return self.edit.target.describe_change(row.before, row.after)
        if row.after is None:
            return []
        before, after = (
            _("locked") if is_locked else _("not locked") for is_locked in (row.before, row.after)
        )
        return [ChangeDescription("locked", "", "", before, after)]

    def count_notes(self) -> list[tuple[str, int]]:
        """Return the notes with the number of changing objects that have them, the most first."""
        rows = self.with_status(CHANGE)
        return Counter(note for row in rows for note in row.notes).most_common()

    @property
    def affected_text(self) -> str:
        """How many tokens or clients the action affects; empty if they aren't counted."""
        changing = self.with_status(CHANGE)
        if self.action.affected is None:
            return ""
        return self.action.affected.text(
            sum(row.affected or 0 for row in changing),
            is_minimum=any(row.affected is None for row in changing),
        )

    @property
    def title(self) -> str:
        """The title of the page, its button and the job."""
        count = len(self.with_status(CHANGE))
        if not count:
            return str(self.action.label)
        return self.action.title(count, self.edit.target.label if self.edit else "")


def create_selection(kind: BulkKind, member: Member, selection: BulkSelection) -> UUID:
    """Store a selection for this user; deletes expired selections."""
    Selection.objects.filter(changed_at__lt=timezone.now() - SELECTION_LIFETIME).delete()
    stored = Selection(user=member.user, organization=member.organization)
    stored.seal_content(_serialize(kind, selection)).save(force_insert=True)
    return stored.pk


def save_preview(
    kind: BulkKind, member: Member, pk: UUID, selection: BulkSelection, preview: BulkPreview
) -> None:
    """Store the preview of a selection."""
    stored = _own_selections(member).filter(pk=pk).first()
    if stored:
        stored.seal_content(_serialize(kind, selection, preview)).save(force_update=True)


def load_selection(
    kind: BulkKind, member: Member, pk: UUID
) -> tuple[BulkSelection, BulkPreview | None] | None:
    """Return this user's selection and its preview; None if it has expired."""
    stored = _own_selections(member).filter(pk=pk).first()
    if stored is None:
        return None
    try:
        return _deserialize(kind, from_plain(stored.content))
    except (UnsealError, KeyError, TypeError, ValueError):
        return None  # its key is gone, or another version of the console stored it


def delete_selection(member: Member, pk: UUID) -> None:
    """Delete this user's selection."""
    _own_selections(member).filter(pk=pk).delete()


def _own_selections(member: Member) -> QuerySet[Selection]:
    return Selection.objects.filter(
        user=member.user,
        organization=member.organization,
        changed_at__gt=timezone.now() - SELECTION_LIFETIME,
    )


def _serialize(
    kind: BulkKind, selection: BulkSelection, preview: BulkPreview | None = None
) -> dict[str, Any]:
    details = {
        "kind": kind.name,
        "selection": asdict(selection),
        "preview": preview and _serialize_preview(preview),
    }
    return to_plain(details)


def _serialize_preview(preview: BulkPreview) -> dict[str, Any]:
    edit = preview.edit
    return {
        "action": preview.action.name,
        "rows": [asdict(row) for row in preview.rows],
        "created_at": preview.created_at.isoformat(),
        "edit": edit and [edit.target.name, edit.mode.value, edit.value],
        "revision": preview.revision,
    }


def _deserialize(
    kind: BulkKind, content: Mapping[str, Any]
) -> tuple[BulkSelection, BulkPreview | None]:
    if content["kind"] != kind.name:
        raise ValueError("a selection of another kind")
    objects = [SelectedObject(**values) for values in content["selection"]["objects"]]
    selection = BulkSelection(**content["selection"] | {"objects": objects})
    preview = content["preview"]
    return selection, preview and _deserialize_preview(kind, preview)


def _deserialize_preview(kind: BulkKind, content: Mapping[str, Any]) -> BulkPreview:
    edit = None
    if content["edit"]:
        name, mode, value = content["edit"]
        edit = SettingEdit(kind.settings[name], EditMode(mode), value)
    return BulkPreview(
        kind.actions[content["action"]],
        [PreviewRow(**values) for values in content["rows"]],
        datetime.fromisoformat(content["created_at"]),
        edit,
        content["revision"],
    )

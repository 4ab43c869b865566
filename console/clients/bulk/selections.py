"""Selections of clients, stored while a user prepares a bulk action."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.audit_log.change_descriptions import ChangeDescription
from console.clients.bulk.bulk_settings import BULK_ACTIONS, BULK_SETTINGS, EditMode, SettingEdit
from console.forms.validation import from_plain, to_plain
from console.models import Selection
from console.models.drafts import SELECTION_LIFETIME
from console.web.access import Member
from tenants.crypto.vault import UnsealError

MAX_SELECTED_CLIENTS = 10_000  # clients of one selection
# The statuses of a row.
CHANGE, SAME, CANNOT, UNREAD = "change", "same", "cannot", "unread"


@dataclass(frozen=True, slots=True)
class SelectedClient:
    """A selected client with its last known name."""

    region: str
    service_id: int
    client_id: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """The preview for one client."""

    region: str
    service_id: int
    client_id: int
    name: str
    status: str = CHANGE
    reason: str = ""  # it is the same already, or cannot be done
    notes: Sequence[str] = ()  # what else to know before it is done
    before: Any = None  # of the setting
    after: Any = None
    tokens: int | None = None  # that are live; None: not counted


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """The preview of an action for all selected clients."""

    action: str
    rows: Sequence[PreviewRow]
    created_at: datetime
    edit: SettingEdit | None = None
    revision: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def with_status(self, status: str) -> list[PreviewRow]:
        return [row for row in self.rows if row.status == status]

    def changes(self, row: PreviewRow) -> list[ChangeDescription]:
        """Describe the changes of one client; never contains a secret."""
        if self.edit:
            return self.edit.target.describe_change(row.before, row.after)
        if row.after is None:
            return []
        before, after = (
            _("locked") if is_locked else _("not locked") for is_locked in (row.before, row.after)
        )
        return [ChangeDescription("locked", "", "", before, after)]

    def count_notes(self) -> list[tuple[str, int]]:
        """Return the notes with the number of changed clients that have them, the most first."""
        rows = self.with_status(CHANGE)
        return Counter(note for row in rows for note in row.notes).most_common()

    @property
    def tokens(self) -> int:
        """The number of active tokens of the clients that would change."""
        return sum(row.tokens or 0 for row in self.with_status(CHANGE))

    @property
    def is_uncounted(self) -> bool:
        return any(row.tokens is None for row in self.with_status(CHANGE))

    @property
    def title(self) -> str:
        """The title of the page, its button and the job."""
        count = len(self.with_status(CHANGE))
        if not count:
            return str(BULK_ACTIONS[self.action].label)
        if self.edit is None:
            return BULK_ACTIONS[self.action].title(count)
        text = ngettext(
            "Set “%(setting)s” of %(count)d client", "Set “%(setting)s” of %(count)d clients", count
        )
        return text % {"count": count, "setting": self.edit.target.label}


@dataclass(frozen=True, slots=True)
class ClientSelection:
    """The selected clients, and the list that they were selected in."""

    clients: Sequence[SelectedClient] = ()
    within: str = ""  # the service of the list, region/number; nothing: of all services
    query: str = ""  # what the list was asked for
    shown_count: int = 0  # how many that list said there are
    selects_all: bool = False  # everything that fits the list's search and filters
    warnings: Sequence[str] = ()  # why some that fit may be missing
    preview: BulkPreview | None = None
    changed_at: datetime = field(default_factory=timezone.now)


def create_selection(member: Member, selection: ClientSelection) -> UUID:
    """Store a selection for this user; deletes expired selections."""
    Selection.objects.filter(changed_at__lt=timezone.now() - SELECTION_LIFETIME).delete()
    stored = Selection(user=member.user, organization=member.organization)
    stored.seal_content(_serialize(selection)).save(force_insert=True)
    return stored.pk


def save_preview(
    member: Member, selection: UUID, choice: ClientSelection, preview: BulkPreview
) -> None:
    """Store the preview of a selection."""
    stored = _own_selections(member).filter(pk=selection).first()
    if stored:
        stored.seal_content(_serialize(replace(choice, preview=preview))).save(force_update=True)


def load_selection(member: Member, selection: UUID) -> ClientSelection | None:
    """Return this user's selection; None if it has expired."""
    stored = _own_selections(member).filter(pk=selection).first()
    if stored is None:
        return None
    try:
        return _deserialize(from_plain(stored.content), stored.changed_at)
    except (UnsealError, KeyError, TypeError, ValueError):
        return None  # its key is gone, or another version of the console kept it


def delete_selection(member: Member, selection: UUID) -> None:
    """Delete this user's selection."""
    _own_selections(member).filter(pk=selection).delete()


def _own_selections(member: Member) -> QuerySet[Selection]:
    return Selection.objects.filter(
        user=member.user,
        organization=member.organization,
        changed_at__gt=timezone.now() - SELECTION_LIFETIME,
    )


def _serialize(choice: ClientSelection) -> dict[str, Any]:
    preview = choice.preview
    details = {
        "clients": [asdict(client) for client in choice.clients],
        "within": choice.within,
        "query": choice.query,
        "shown": choice.shown_count,
        "is_all": choice.selects_all,
        "warnings": list(choice.warnings),
        "preview": preview and _serialize_preview(preview),
    }
    return to_plain(details)


def _serialize_preview(preview: BulkPreview) -> dict[str, Any]:
    edit = preview.edit
    return {
        "action": preview.action,
        "rows": [asdict(row) for row in preview.rows],
        "created_at": preview.created_at.isoformat(),
        "edit": edit and [edit.target.name, edit.mode.value, edit.value],
        "revision": preview.revision,
    }


def _deserialize(content: Mapping[str, Any], changed_at: datetime) -> ClientSelection:
    clients = [SelectedClient(**values) for values in content["clients"]]
    preview = content["preview"]
    return ClientSelection(
        clients,
        content["within"],
        content["query"],
        content["shown"],
        content["is_all"],
        content["warnings"],
        preview and _deserialize_preview(preview),
        changed_at,
    )


def _deserialize_preview(content: Mapping[str, Any]) -> BulkPreview:
    edit = None
    if content["edit"]:
        name, mode, value = content["edit"]
        edit = SettingEdit(BULK_SETTINGS[name], EditMode(mode), value)
    return BulkPreview(
        content["action"],
        [PreviewRow(**values) for values in content["rows"]],
        datetime.fromisoformat(content["created_at"]),
        edit,
        content["revision"],
    )

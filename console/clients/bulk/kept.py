"""What one person chose, kept between the pages that it takes to do something."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.access import Member
from console.clients.bulk.deeds import DEEDS
from console.clients.bulk.settable import PROPERTIES, Edit, Mode
from console.forms.snapshot import plain, real
from console.models import Selection
from console.models.selections import KEPT
from console.sentences import Sentence
from tenants.vault import Sealed

MOST = 10_000  # clients of one selection
# The fates of a row.
CHANGE, SAME, CANNOT, UNREAD = "change", "same", "cannot", "unread"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One client that was chosen; its name as it was last seen."""

    region: str
    service_id: int
    client_id: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What would come of one client."""

    region: str
    service_id: int
    client_id: int
    name: str
    fate: str = CHANGE
    why: str = ""  # it is the same already, or cannot be done
    notes: Sequence[str] = ()  # what else to know before it is done
    was: Any = None  # of the setting
    now: Any = None
    tokens: int | None = None  # that are live; None: not counted


@dataclass(frozen=True, slots=True)
class Preview:
    """What one deed would come to, as all clients were when it was asked."""

    deed: str
    rows: Sequence[Row]
    at: datetime
    edit: Edit | None = None
    mark: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def of(self, fate: str) -> list[Row]:
        return [row for row in self.rows if row.fate == fate]

    def changes(self, row: Row) -> list[Sentence]:
        """What would change about a client, in words; nothing of a secret."""
        if self.edit:
            return self.edit.about.told(row.was, row.now)
        if row.now is None:
            return []
        was, now = (
            _("locked") if one else _("not locked") for one in (row.was, row.now)
        )
        return [Sentence("locked", "", "", was, now)]

    @property
    def tokens(self) -> int:
        """How many live ones were counted, of clients that would change."""
        return sum(row.tokens or 0 for row in self.of(CHANGE))

    @property
    def is_uncounted(self) -> bool:
        return any(row.tokens is None for row in self.of(CHANGE))

    @property
    def title(self) -> str:
        """As a heading, a button and a job are called."""
        count = len(self.of(CHANGE))
        if not count:
            return str(DEEDS[self.deed].label)
        if self.edit is None:
            return DEEDS[self.deed].title(count)
        said = ngettext(
            "Set “%(setting)s” of %(count)d client",
            "Set “%(setting)s” of %(count)d clients",
            count,
        )
        return said % {"count": count, "setting": self.edit.about.label}


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, where, and what of it could not be looked at."""

    clients: Sequence[Chosen] = ()
    within: str = ""  # the service of the list, region/number; nothing: of all services
    query: str = ""  # what the list was asked for
    shown: int = 0  # how many that list said there are
    is_all: bool = False  # everything that fits the list's search and filters
    gaps: Sequence[str] = ()  # why some that fit may be missing
    preview: Preview | None = None
    changed_at: datetime = field(default_factory=timezone.now)


def keep(member: Member, choice: Choice) -> UUID:
    """Keep it for as long as a session lasts, and nothing that is older."""
    Selection.objects.filter(changed_at__lt=timezone.now() - KEPT).delete()
    kept = Selection(user=member.user, organization=member.organization)
    kept.keep(_content(choice)).save(force_insert=True)
    return kept.pk


def add(member: Member, selection: UUID, choice: Choice, preview: Preview) -> None:
    """Keep the preview beside what was chosen."""
    kept = _rows(member).filter(pk=selection).first()
    if kept:
        kept.keep(_content(replace(choice, preview=preview))).save(force_update=True)


def find(member: Member, selection: UUID) -> Choice | None:
    """What this person chose; None when that is over, or was never theirs."""
    kept = _rows(member).filter(pk=selection).first()
    if kept is None:
        return None
    try:
        return _choice(real(kept.content), kept.changed_at)
    except (Sealed, KeyError, TypeError, ValueError):
        return None  # its key is gone, or another version of the console kept it


def drop(member: Member, selection: UUID) -> None:
    _rows(member).filter(pk=selection).delete()


def _rows(member: Member) -> Any:
    return Selection.objects.filter(
        user=member.user,
        organization=member.organization,
        changed_at__gt=timezone.now() - KEPT,
    )


def _content(choice: Choice) -> dict[str, Any]:
    preview = choice.preview
    told = {
        "clients": [asdict(one) for one in choice.clients],
        "within": choice.within,
        "query": choice.query,
        "shown": choice.shown,
        "is_all": choice.is_all,
        "gaps": list(choice.gaps),
        "preview": preview and _told(preview),
    }
    return plain(told)


def _told(preview: Preview) -> dict[str, Any]:
    edit = preview.edit
    return {
        "deed": preview.deed,
        "rows": [asdict(row) for row in preview.rows],
        "at": preview.at.isoformat(),
        "edit": edit and [edit.about.name, edit.mode.value, edit.value],
        "mark": preview.mark,
    }


def _choice(told: Mapping[str, Any], changed_at: datetime) -> Choice:
    clients = [Chosen(**one) for one in told["clients"]]
    preview = told["preview"]
    return Choice(
        clients,
        told["within"],
        told["query"],
        told["shown"],
        told["is_all"],
        told["gaps"],
        preview and _preview(preview),
        changed_at,
    )


def _preview(told: Mapping[str, Any]) -> Preview:
    edit = None
    if told["edit"]:
        name, mode, value = told["edit"]
        edit = Edit(PROPERTIES[name], Mode(mode), value)
    return Preview(
        told["deed"],
        [Row(**one) for one in told["rows"]],
        datetime.fromisoformat(told["at"]),
        edit,
        told["mark"],
    )

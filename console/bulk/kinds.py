"""Kinds of bulk changes: what differs between services and clients."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from console.bulk.bulk_settings import BulkSetting, Members, SettingEdit, SettingGroups
from console.bulk.objects import BulkSelection, PreviewRow
from console.documents.kinds import DocumentKind
from console.web.access import Member
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.rules import Rule
from tenants.authlete.errors import AuthleteError
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect

SET = "set"

type Fetched = Document | AuthleteError | None  # None: deleted
type ConnectedRef = tuple[ObjectRef, AuthleteClient]
type RowPreviewer = Callable[[PreviewRow, Any], PreviewRow]  # of a row, with the document
type Matcher = Callable[[ObjectRef, Any], bool]  # whether a document still matches the list
type ImpactMeasure = Callable[[ObjectRef, Any, Members], "Impact"]  # document, edited members


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change of an object means for others, besides the rules that it violates."""

    notes: Sequence[str] = ()  # warnings, in the same words for each object
    details: Sequence[str] = ()
    affected: int | None = None  # clients of a service; None: unknown


@dataclass(frozen=True, slots=True)
class AffectedCount:
    """What an action affects besides the objects, such as active tokens."""

    name: str  # of the column and the exported field
    label: str | Promise
    _total: str | Promise  # with a count
    _minimum: str | Promise  # with a count, if some aren't counted

    def text(self, count: int, *, is_minimum: bool) -> str:
        return str((self._minimum if is_minimum else self._total) % {"count": count})


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action that a job runs on each selected object."""

    name: str
    job_kind: str
    effect: Effect  # that the member's role must allow
    icon: str
    label: str | Promise
    description: str | Promise
    _title: str | Promise  # with a count, and the setting if it sets one
    preview: Callable[[Member], RowPreviewer] | None = None  # None: it changes a setting
    affected: AffectedCount | None = None
    # Counts what is affected after the preview; unknown numbers are left out.
    count_affected: Callable[[Member, Sequence[ObjectRef]], Mapping[ObjectRef, int]] | None = None
    is_dangerous: bool = False

    def title(self, count: int, setting: str = "") -> str:
        """Return the title for ``count`` objects."""
        return str(self._title % {"count": count, "setting": setting})


@dataclass(frozen=True)
class BulkKind:
    """Bulk changes of services or of clients."""

    document: DocumentKind
    label: str | Promise  # of one object
    title: str | Promise  # of their list
    setting_groups: SettingGroups
    actions: Mapping[str, BulkAction]
    rules: Sequence[Rule]
    resolve_all: Callable[[Member, BulkSelection], BulkSelection]  # all that match the list
    build_matcher: Callable[[Member, BulkSelection], Matcher]
    fetch_lists: Callable[[Sequence[ConnectedRef]], Iterator[tuple[ObjectRef, Fetched]]]
    list_url: Callable[[Member, BulkSelection], str]
    find_names: Callable[[Member, Sequence[ObjectRef]], Mapping[ObjectRef, str]]
    impact_measure: Callable[[Member, Sequence[ObjectRef]], ImpactMeasure]  # for these objects

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def has_clients(self) -> bool:
        return self.name == "client"

    @cached_property
    def settings(self) -> Mapping[str, BulkSetting]:
        """The settings that can be changed, by name."""
        return {setting.name: setting for _title, group in self.setting_groups for setting in group}

    @cached_property
    def fixable_rules(self) -> Mapping[str, Rule]:
        """The rules whose fix sets a single setting, by ID."""
        return {
            rule.id: rule
            for rule in self.rules
            if len(rule.fix) == 1 and rule.fix.keys() <= self.settings.keys()
        }

    def fix_of(self, rule_id: str) -> SettingEdit:
        """Return the change that makes objects comply with a fixable rule."""
        ((name, value),) = self.fixable_rules[rule_id].fix.items()
        return SettingEdit.exactly(self.settings[name], value)

    def path(self, page: str, member: Member, *more: object) -> str:
        """Return the path of a page of this kind."""
        return reverse(f"{self.document.area}:{page}", args=[member.organization.slug, *more])

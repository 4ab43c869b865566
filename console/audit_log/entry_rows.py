"""Audit entries as rows of a list, with a summary of their changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import Max
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.audit_log import retention, risks
from console.audit_log.change_descriptions import (
    ChangeDescription,
    DeclaredSettings,
    describe_change,
    describe_changes,
    load_changes,
    settings_for_operation,
)
from console.audit_log.operation_labels import label_name, label_text, render_label
from console.models import KnownClient, KnownService
from console.templatetags.text import isolate
from console.web.paths import parse_id
from tenants.audit.events import AUDIT_RESOLVE
from tenants.audit.models import AuditEntry
from tenants.audit.search.groups import EntryGroup
from tenants.authlete.api import OPERATIONS
from tenants.authlete.changes import FieldChange
from tenants.versions.models import Version

MAX_VALUE_CHARS = 60  # characters of a value
EMPTY_HTML = SafeString("")


def render_changes(changes: Iterable[ChangeDescription], hidden_count: int) -> SafeString:
    """Render some changes, and the number of hidden ones."""
    parts = [render_small(_render_change(change)) for change in changes]
    if hidden_count:
        text = ngettext("and %(count)s more", "and %(count)s more", hidden_count)
        parts.append(render_small(text % {"count": hidden_count}))
    return SafeString("".join(parts))


def render_small(text: str) -> SafeString:
    """Render secondary text."""
    return format_html("<small>{}</small>", text) if text else EMPTY_HTML


def _render_change(change: ChangeDescription) -> SafeString:
    if change.is_replaced:
        return format_html("{} {}", change.label, _("replaced"))
    if change.added or change.removed:
        removed = (
            '<del class="old-value">{}</del> ',
            ((_truncate(value),) for value in change.removed),
        )
        gained = (
            '<ins class="new-value">+ {}</ins> ',
            ((_truncate(value),) for value in change.added),
        )
        parts = (format_html_join("", *args) for args in (removed, gained))
        return format_html("{} {}{}", change.label, *parts)
    unset, was, now = _("Not set"), change.before, change.after
    if was and was != unset:
        was = format_html('<del class="old-value">{}</del>', _truncate(was))
    if now and now != unset:
        now = format_html('<ins class="new-value">{}</ins>', _truncate(now))
    between = " → " if was and now else ""
    return format_html("{} {}{}{}", change.label, was, between, now)


def _truncate(text: str) -> SafeString:
    return isolate(Truncator(text).chars(MAX_VALUE_CHARS) if len(text) > MAX_VALUE_CHARS else text)


CREATE_EVENTS = {"service.create", "idp.create_service", "client.create"}
MAX_CHANGES_PER_ROW = 2

# Names by region, service ID and, for clients, client ID.
type NameMap = Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A row of the list: an entry or a group of entries."""

    entry: AuditEntry
    action: SafeString
    title: str
    service: str  # name, or ID if unnamed
    client: str  # name, or ID if unnamed
    regions: Sequence[str]
    changes: Sequence[ChangeDescription]
    hidden_changes: int  # changes that the row omits
    warning: str  # why it needs attention; "" if no rule applies
    group: EntryGroup | None = None  # of several entries

    @property
    def has_no_effect(self) -> bool:
        """Return whether the changes certainly weren't applied."""
        return str(self.entry.effective_outcome) in risks.NO_EFFECT_OUTCOMES

    @property
    def changes_html(self) -> SafeString:
        """The summary of changes as HTML."""
        return render_changes(self.changes, self.hidden_changes)


def build_rows(entries: Iterable[AuditEntry], names: NameMap) -> list[EntryRow]:
    """Build the row of each entry."""
    return [build_row(entry, names) for entry in entries]


def group_by_day(rows: Iterable[EntryRow]) -> list[list[EntryRow]]:
    """Group rows by local day."""
    return [
        list(group)
        for _day, group in groupby(rows, key=lambda row: timezone.localdate(row.entry.time))
    ]


def build_row(entry: AuditEntry, names: NameMap) -> EntryRow:
    """Build the row of an entry."""
    name, label = entry.operation, object_name(entry, names)
    changes = [
        _shorten_durations(change, settings_for_operation(name))
        for change in describe_entry_changes(entry)
    ]
    return EntryRow(
        entry,
        render_label(label_name(entry), label),
        label_text(label_name(entry), label),
        service_name(entry, names),
        client_name(entry, names),
        [entry.region] if entry.region else [],
        changes[:MAX_CHANGES_PER_ROW],
        max(0, len(changes) - MAX_CHANGES_PER_ROW),
        risks.event_risk(entry) or next((change.risk for change in changes if change.risk), ""),
    )


def describe_entry_changes(entry: AuditEntry) -> list[ChangeDescription]:
    """Describe what an entry changed; created objects have no old values."""
    if removal := retention.removal_from_entry(entry):
        return list(removal.descriptions)
    changes, declared = load_changes(entry.changes), settings_for_operation(entry.operation)
    has_effect = entry.outcome not in risks.NO_EFFECT_OUTCOMES
    describe = describe_with_risks if has_effect else describe_changes
    descriptions = describe(changes, declared)
    if entry.operation in CREATE_EVENTS:
        return [replace(change, before="") for change in descriptions]
    return descriptions


def describe_with_risks(
    changes: Iterable[FieldChange], declared: DeclaredSettings
) -> list[ChangeDescription]:
    """Describe changes, each with the reason if it lowers security."""
    return [
        replace(describe_change(change, declared), risk=risks.change_risk(change) or "")
        for change in changes
    ]


def load_names(organization: int, entries: Iterable[AuditEntry]) -> NameMap:
    """Load the current or last names of the services and clients in ``entries``."""
    service_entries = [entry for entry in entries if parse_id(entry.service)]
    if not service_entries:
        return {}
    numbers = {int(entry.service) for entry in service_entries}
    ids = {int(entry.client) for entry in service_entries if parse_id(entry.client)}
    scope = {"organization_id": organization, "service_id__in": numbers}
    services = KnownService.objects.filter(**scope).exclude(name="")
    service_rows = services.values_list("region", "service_id", "name")
    names: dict[tuple[str, ...], str] = {
        (region, str(service)): name for region, service, name in service_rows
    }
    scope |= {"region__in": {entry.region for entry in service_entries}}
    clients = KnownClient.objects.filter(**scope, client_id__in=ids).exclude(name="")
    columns = "region", "service_id", "client_id", "name"
    for region, service, client, name in clients.values_list(*columns) if ids else ():
        names[region, str(service), str(client)] = name
    expected = {
        location
        for entry in service_entries
        for location in ((entry.region, entry.service), (entry.region, entry.service, entry.client))
        if all(location)
    }
    if unnamed := expected - names.keys():
        versions = Version.objects.filter(**scope, client_id__in={0, *ids}, name__gt="")
        past_names = versions.order_by().values_list(*columns).annotate(last=Max("number"))
        for region, service, client, name, _last in past_names.order_by("last"):
            location = (region, str(service), *([str(client)] if client else []))
            if location in unnamed:
                names[location] = name
    return names


def service_name(entry: AuditEntry, names: NameMap) -> str:
    """Return the current or former name of the service, or its ID."""
    now = names.get((entry.region, entry.service), "")
    label = "" if entry.client else entry.label
    return (now or label or entry.service) if entry.service else ""


def client_name(entry: AuditEntry, names: NameMap) -> str:
    """Return the current or former name of the client, or its ID."""
    now = names.get((entry.region, entry.service, entry.client), "")
    return (now or entry.label or entry.client) if entry.client else ""


def object_name(entry: AuditEntry, names: NameMap) -> str:
    """Return what the entry is about, by its name at that time if known."""
    if entry.operation == AUDIT_RESOLVE.name:
        operation, _space, label = entry.label.partition(" ")
        return label_text(operation, label or _target_name(entry, names))
    event_object = "" if entry.path else entry.object  # of a call, it's the item of a job
    return entry.label or event_object or _target_name(entry, names)


def _target_name(entry: AuditEntry, names: NameMap) -> str:
    if entry.client:
        name = names.get((entry.region, entry.service, entry.client))
        return name or _("client %(id)s") % {"id": entry.client}
    if not entry.service:
        return "–"
    name = names.get((entry.region, entry.service))
    return name or _("service %(id)s") % {"id": entry.service}


def _shorten_durations(
    description: ChangeDescription, declared: DeclaredSettings
) -> ChangeDescription:
    """Remove the seconds in parentheses from durations."""
    _section, setting = declared.get(description.name, ("", None))
    if setting is None or setting.input_type.kind != "duration":
        return description
    was, now = (text.partition(" (")[0] for text in (description.before, description.after))
    return replace(description, before=was, after=now)


def request_path(entry: AuditEntry) -> str:
    """Return the request path; a subject in it is replaced by its placeholder."""
    operation = OPERATIONS.get(entry.operation)
    if entry.subject and (operation is None or "subject" in operation.path_param_names):
        return operation.path if operation else ""
    return entry.path

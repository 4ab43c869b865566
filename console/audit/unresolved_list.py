"""The columns, filters and export of the list of unknown outcomes."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from console.audit_log.entry_groups import build_group_rows, describe_targets
from console.audit_log.entry_rows import EntryRow
from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.web.labels import EFFECT_LABELS
from tenants.audit.models import AuditEntry
from tenants.audit.search.groups import EntryGroup
from tenants.authlete.outcome import Outcome
from tenants.organizations.regions import REGION_TITLES


@dataclass(slots=True)
class UnresolvedRow:
    """Calls of one request or job with an unknown outcome, and how a list shows them."""

    entries: Sequence[AuditEntry]  # newest first
    line: EntryRow = field(init=False)  # of listed rows

    @property
    def entry(self) -> AuditEntry:
        """The newest call."""
        return self.entries[0]

    @property
    def count(self) -> int:
        return len(self.entries)

    @property
    def group(self) -> EntryGroup:
        """The calls as a group of the audit log."""
        operations = Counter(entry.operation for entry in self.entries)
        main, main_count = operations.most_common(1)[0]
        main_entries = [entry for entry in self.entries if entry.operation == main]
        services = {(entry.region, entry.service) for entry in self.entries if entry.service}
        clients = {
            (entry.region, entry.service, entry.client) for entry in self.entries if entry.client
        }
        return EntryGroup(
            self.entry.page,
            self.entry.seq,
            main_entries[0],
            self.count,
            main_count,
            {Outcome.UNKNOWN: self.count},
            sorted({entry.region for entry in self.entries if entry.region}),
            len(services),
            len(clients),
            has_equal_changes=len({entry.changed for entry in main_entries}) == 1,
        )

    @property
    def targets(self) -> str:
        """How many clients or services the calls are about; empty for one."""
        return describe_targets(self.group)


def group_calls(entries: Iterable[AuditEntry]) -> list[UnresolvedRow]:
    """Return a row for each request or job, and for each call of neither."""
    groups: dict[str, list[AuditEntry]] = {}
    for entry in entries:
        groups.setdefault(entry.page or entry.entry, []).append(entry)
    return [UnresolvedRow(group) for group in groups.values()]


def _load_lines(rows: Sequence[UnresolvedRow]) -> None:
    if not rows:
        return
    lines = build_group_rows(rows[0].entry.organization_id, [row.group for row in rows])
    for row, line in zip(rows, lines, strict=True):
        row.line = line


def _values(name: str) -> Callable[[UnresolvedRow], list[str]]:
    """Return a function that returns the different values of a column."""
    return lambda row: list(dict.fromkeys(getattr(entry, name) for entry in row.entries))


def _text(entry: AuditEntry) -> str:
    return (
        f"{entry.actor} {entry.operation} {entry.label} {entry.service} {entry.client}"
        f" {entry.ticket}"
    )


UNRESOLVED = ListDefinition[UnresolvedRow](
    "unknown-outcomes",
    _("Unknown outcomes"),
    _("Search unknown outcomes by actor, operation, target or ticket"),
    _("Actor, operation, target or ticket"),
    columns=(
        ListColumn("when", _("When"), lambda row: row.entry.at),
        ListColumn("actor", _("Actor"), lambda row: row.entry.actor.casefold()),
        ListColumn("action", _("Action"), lambda row: row.entry.operation),
        ListColumn("target", _("Target"), lambda row: (row.entry.region, row.entry.service)),
        ListColumn("effect", _("Effect"), lambda row: row.entry.effect),
        ListColumn("ticket", _("Ticket"), lambda row: row.entry.ticket),
        ListColumn("resolve", "", lambda row: row.entry.at, is_sortable=False),
    ),
    facets=(
        Facet("operation", _("Action"), _values("operation"), max_values=20),
        Facet("region", _("Region"), _values("region"), REGION_TITLES),
        Facet("effect", _("Effect"), _values("effect"), EFFECT_LABELS),
        Facet("actor", _("Actor"), _values("actor"), max_values=20),
    ),
    text=lambda row: " ".join(map(_text, row.entries)),
    fields={
        "time": lambda row: iso_time(row.entry.time),
        "entry": lambda row: row.entry.entry,
        "actor": lambda row: row.entry.actor,
        "role": lambda row: row.entry.role,
        "operation": lambda row: row.entry.operation,
        "action": lambda row: row.line.title,
        "effect": lambda row: row.entry.effect,
        "region": lambda row: row.entry.region,
        "service": lambda row: row.entry.service,
        "client": lambda row: row.entry.client,
        "ticket": lambda row: row.entry.ticket,
    },
    prepare=_load_lines,
)

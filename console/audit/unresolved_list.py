"""The columns, filters and export of the list of unknown outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from console.audit_log.entry_rows import EntryRow, build_row, load_names
from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.web.labels import EFFECT_LABELS
from tenants.audit.models import AuditEntry
from tenants.organizations.regions import REGION_TITLES


@dataclass(slots=True)
class UnresolvedRow:
    """An entry with an unknown outcome, and how a list shows it."""

    entry: AuditEntry
    line: EntryRow = field(init=False)  # of listed rows


def _load_lines(rows: Sequence[UnresolvedRow]) -> None:
    entries = [row.entry for row in rows]
    names = load_names(entries[0].organization_id, entries) if entries else {}
    for row in rows:
        row.line = build_row(row.entry, names)


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
        Facet("operation", _("Action"), lambda row: [row.entry.operation], max_values=20),
        Facet("region", _("Region"), lambda row: [row.entry.region], REGION_TITLES),
        Facet("effect", _("Effect"), lambda row: [row.entry.effect], EFFECT_LABELS),
        Facet("actor", _("Actor"), lambda row: [row.entry.actor], max_values=20),
    ),
    text=lambda row: (
        f"{row.entry.actor} {row.entry.operation} {row.entry.label} {row.entry.service}"
        f" {row.entry.client} {row.entry.ticket}"
    ),
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

"""The columns, filters and export of the preview of a bulk action."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import ChangeDescription
from console.clients.bulk.bulk_settings import LOCK
from console.clients.bulk.selections import CANNOT, CHANGE, SAME, UNREAD, BulkPreview, PreviewRow
from console.lists.definition import ListDefinition
from console.lists.facets import Facet
from console.lists.request import ListColumn
from tenants.organizations.regions import REGION_TITLES

STATUS_LABELS: Mapping[str, str | Promise] = {
    CHANGE: _("Will change"),
    SAME: _("No change"),
    CANNOT: _("Can't change"),
    UNREAD: _("Not loaded"),
}


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """The preview of one client, with the name of its service."""

    preview: BulkPreview
    row: PreviewRow
    service: str

    @property
    def changes(self) -> Sequence[ChangeDescription]:
        return self.preview.changes(self.row)

    @property
    def change_text(self) -> str:
        return "; ".join(
            f"{change.label or change.name}: {change.before} → {change.after}"
            for change in self.changes
            if self.row.status == CHANGE
        )


PREVIEW = ListDefinition[PreviewLine](
    "bulk-preview",
    _("Clients"),
    _("Search the preview by client, service or result"),
    _("Client, service or result"),
    columns=(
        ListColumn("client", _("Client"), lambda line: line.row.name.casefold()),
        ListColumn(
            "preview", _("Preview"), lambda line: list(STATUS_LABELS).index(line.row.status)
        ),
        ListColumn("tokens", _("Active tokens"), lambda line: line.row.tokens or 0, is_number=True),
    ),
    facets=(
        Facet("show", _("Result"), lambda line: [line.row.status], STATUS_LABELS, is_quick=True),
        Facet("region", _("Region"), lambda line: [line.row.region], REGION_TITLES),
        Facet("service", _("Service"), lambda line: [line.service], max_values=20),
        Facet("warning", _("Warning"), lambda line: line.row.notes, max_values=20),
    ),
    text=lambda line: (
        f"{line.row.name} {line.row.client_id} {line.service} {line.row.reason}"
        f" {' '.join(line.row.notes)}"
    ),
    fields={
        "region": lambda line: line.row.region,
        "service_id": lambda line: line.row.service_id,
        "service": lambda line: line.service,
        "client_id": lambda line: line.row.client_id,
        "client": lambda line: line.row.name,
        "result": lambda line: line.row.status,
        "reason": lambda line: line.row.reason,
        "changes": lambda line: line.change_text,
        "warnings": lambda line: " ".join(line.row.notes),
        "active_tokens": lambda line: line.row.tokens,
    },
)


def preview_list(preview: BulkPreview) -> ListDefinition[PreviewLine]:
    """Return the list; only the preview of a lock counts tokens."""
    return PREVIEW if preview.action == LOCK else replace(PREVIEW, columns=PREVIEW.columns[:-1])

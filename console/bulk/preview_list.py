"""The columns, filters and export of the preview of a bulk action."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import ChangeDescription
from console.bulk.kinds import BulkKind
from console.bulk.objects import CANNOT, CHANGE, SAME, UNREAD, PreviewRow
from console.bulk.selections import BulkPreview
from console.lists.definition import ListDefinition
from console.lists.export import ExportFields
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
    """The preview of one object, with the name of its service."""

    preview: BulkPreview
    row: PreviewRow
    service: str
    path: str  # of the object's page

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


FACETS = (
    Facet[PreviewLine](
        "show", _("Result"), lambda line: [line.row.status], STATUS_LABELS, is_quick=True
    ),
    Facet[PreviewLine]("region", _("Region"), lambda line: [line.row.region], REGION_TITLES),
    Facet[PreviewLine]("warning", _("Warning"), lambda line: line.row.notes, max_values=20),
)
SERVICE_FACET = Facet[PreviewLine](
    "service", _("Service"), lambda line: [line.service], max_values=20
)
SERVICE_FIELDS: ExportFields[PreviewLine] = {
    "region": lambda line: line.row.region,
    "service_id": lambda line: line.row.service_id,
    "service": lambda line: line.service,
}
CLIENT_FIELDS: ExportFields[PreviewLine] = {
    "client_id": lambda line: line.row.client_id,
    "client": lambda line: line.row.name,
}
RESULT_FIELDS: ExportFields[PreviewLine] = {
    "result": lambda line: line.row.status,
    "reason": lambda line: line.row.reason,
    "changes": lambda line: line.change_text,
    "warnings": lambda line: " ".join([*line.row.notes, *line.row.details]),
}


def preview_list(kind: BulkKind, preview: BulkPreview) -> ListDefinition[PreviewLine]:
    """Return the list; its last column counts what the action affects, if that is counted."""
    affected = preview.action.affected
    columns = [
        ListColumn[PreviewLine](kind.name, kind.label, lambda line: line.row.name.casefold()),
        ListColumn[PreviewLine](
            "preview", _("Preview"), lambda line: list(STATUS_LABELS).index(line.row.status)
        ),
    ]
    if affected:
        columns.append(
            ListColumn(
                affected.name, affected.label, lambda line: line.row.affected or 0, is_number=True
            )
        )
    return ListDefinition[PreviewLine](
        "bulk-preview",
        kind.title,
        _("Search the preview by name, ID or result"),
        _("Name, ID or result"),
        columns=columns,
        facets=[*FACETS, SERVICE_FACET] if kind.has_clients else FACETS,
        text=lambda line: (
            f"{line.row.name} {line.row.client_id or line.row.service_id} {line.service}"
            f" {line.row.reason} {' '.join(line.row.notes)}"
        ),
        fields={
            **SERVICE_FIELDS,
            **(CLIENT_FIELDS if kind.has_clients else {}),
            **RESULT_FIELDS,
            **({affected.name: lambda line: line.row.affected} if affected else {}),
        },
    )

"""The columns, filters and export of the list of a webhook's deliveries."""

from django.utils.translation import gettext_lazy as _

from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Delivery

DELIVERIES = ListDefinition[Delivery](
    "deliveries",
    _("Deliveries"),
    _("Search deliveries by message ID, status, error or response"),
    _("Message ID, status, error or response"),
    columns=(
        ListColumn("when", _("When"), lambda delivery: delivery.tried_at or delivery.created_at),
        ListColumn("rows", _("Rows"), lambda row: row.rows),
        ListColumn("outcome", _("Outcome"), lambda row: (row.state, row.status or 0)),
        ListColumn("attempts", _("Attempts"), lambda row: row.tries, is_number=True),
        ListColumn("duration", _("Duration"), lambda row: row.took or 0, is_number=True),
        ListColumn("response", _("Response"), lambda row: row.error or row.answer),
        ListColumn("replay", "", lambda row: row.rows, is_sortable=False),
    ),
    facets=(
        Facet(
            "outcome",
            _("Outcome"),
            lambda row: [row.state],
            {state.value: state.label for state in Delivery.State},
        ),
        Facet("status", _("HTTP status"), lambda row: [str(row.status)] if row.status else []),
        Facet(
            "kind",
            _("Kind"),
            lambda row: [row.kind],
            {"rows": _("Entries"), "notifications": _("Notifications"), "test": _("Test")},
        ),
    ),
    text=lambda row: f"{row.status} {row.error} {row.answer} {row.message}",
    fields={
        "message": lambda row: row.message,
        "created_at": lambda row: row.created_at.isoformat(),
        "attempted_at": lambda row: iso_time(row.tried_at),
        "rows": lambda row: row.rows,
        "kind": lambda row: row.kind,
        "outcome": lambda row: row.state,
        "attempts": lambda row: row.tries,
        "milliseconds": lambda row: row.milliseconds,
        "status": lambda row: row.status,
        "error": lambda row: row.error,
        "response": lambda row: row.answer,
    },
)

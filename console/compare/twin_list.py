"""The list of twins."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import CLIENT_SETTINGS, SERVICE_SETTINGS
from console.forms.value_text import translate
from console.lists.definition import ListDefinition
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Twin
from console.web.paths import compare_path
from tenants.organizations.regions import REGION_TITLES

DRIFT, ALIKE, MISSING, UNCHECKED = "drift", "alike", "missing", "unchecked"
STATE_LABELS = {
    DRIFT: _("Different"),
    ALIKE: _("Alike"),
    MISSING: _("Object deleted"),
    UNCHECKED: _("Not checked yet"),
}
STATE_STYLES = {DRIFT: "warn", MISSING: "bad", ALIKE: "ok", UNCHECKED: ""}


@dataclass(frozen=True, slots=True)
class TwinRow:
    """Two objects that should stay alike, with their names."""

    twin: Twin
    first: str
    second: str
    path: str

    @classmethod
    def build(cls, twin: Twin, first: str, second: str, organization: str) -> "TwinRow":
        return cls(twin, first, second, compare_path(organization, twin.keys))

    @property
    def state(self) -> str:
        if self.twin.is_missing:
            return MISSING
        if self.twin.checked_at is None:
            return UNCHECKED
        return DRIFT if self.twin.drift else ALIKE

    @property
    def state_label(self) -> str:
        return str(STATE_LABELS[self.state])

    @property
    def state_style(self) -> str:
        return STATE_STYLES[self.state]

    @property
    def settings(self) -> str:
        """The labels of the settings that differ."""
        declared = CLIENT_SETTINGS if self.twin.second_client_id else SERVICE_SETTINGS
        return ", ".join(
            translate(declared[name][1].label) if name in declared else name
            for name in self.twin.drift
        )


TWIN_LIST = ListDefinition[TwinRow](
    "twins",
    _("Twins"),
    _("Search twins by name or object"),
    _("Name or object"),
    columns=(
        ListColumn("name", _("Name"), lambda row: row.twin.name.casefold()),
        ListColumn("first", _("First"), lambda row: row.first.casefold()),
        ListColumn("second", _("Second"), lambda row: row.second.casefold()),
        ListColumn("state", _("State"), lambda row: row.state),
        ListColumn("since", _("Since"), lambda row: str(row.twin.drift_since or "")),
        ListColumn("checked", _("Last checked"), lambda row: str(row.twin.checked_at or "")),
    ),
    facets=(
        Facet("state", _("State"), lambda row: [row.state], STATE_LABELS),
        Facet(
            "region",
            _("Region"),
            lambda row: [*{row.twin.first_region, row.twin.second_region}],
            REGION_TITLES,
        ),
    ),
    text=lambda row: f"{row.twin.name} {row.first} {row.second} {' '.join(row.twin.keys)}",
    fields={
        "name": lambda row: row.twin.name,
        "first": lambda row: row.twin.keys[0],
        "second": lambda row: row.twin.keys[1],
        "state": lambda row: row.state,
        "differences": lambda row: " ".join(row.twin.drift),
        "since": lambda row: row.twin.drift_since.isoformat() if row.twin.drift_since else "",
        "checked": lambda row: row.twin.checked_at.isoformat() if row.twin.checked_at else "",
        "created_by": lambda row: row.twin.created_by,
    },
)

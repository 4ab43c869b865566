"""The list of rollovers."""

from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from console.keys.rollover import actions
from console.keys.views.rollovers import rollover_path
from console.lists.definition import ListDefinition, render_list
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Rollover
from console.web.access import ConsoleRequest, Member, organization_page
from tenants.authlete.operation import Effect
from tenants.organizations.regions import REGION_TITLES


@dataclass(frozen=True, slots=True)
class RolloverRow:
    """A rollover, and whether its next step runs by itself."""

    rollover: Rollover
    is_scheduled: bool

    @property
    def path(self) -> str:
        return rollover_path(self.rollover)

    @property
    def next_step(self) -> str:
        """The time of the next step in ISO 8601; empty if none is scheduled."""
        return iso_time(self.rollover.due_at) if self.is_scheduled else ""


ROLLOVERS = ListDefinition[RolloverRow](
    "rollovers",
    _("Rollovers"),
    _("Search rollovers by service, key ID, reason or ticket"),
    _("Service, key ID, reason or ticket"),
    columns=(
        ListColumn("service", _("Service"), lambda row: row.rollover.label.casefold()),
        ListColumn("old", _("Old key"), lambda row: row.rollover.old_kid),
        ListColumn("new", _("New key"), lambda row: row.rollover.new_kid),
        ListColumn("state", _("State"), lambda row: row.rollover.state),
        ListColumn("next", _("Next step"), lambda row: (not row.next_step, row.next_step)),
        ListColumn("started", _("Started"), lambda row: row.rollover.started_at),
    ),
    facets=(
        Facet("region", _("Region"), lambda row: [row.rollover.region], REGION_TITLES),
        Facet(
            "state",
            _("State"),
            lambda row: [row.rollover.state],
            {state.value: state.label for state in Rollover.State},
        ),
        Facet("by", _("Started by"), lambda row: [row.rollover.started_by], max_values=20),
    ),
    text=lambda row: (
        f"{row.rollover.label} {row.rollover.old_kid} {row.rollover.new_kid}"
        f" {row.rollover.reason} {row.rollover.ticket}"
    ),
    fields={
        "region": lambda row: row.rollover.region,
        "service_id": lambda row: row.rollover.service_id,
        "service": lambda row: row.rollover.label,
        "old_kid": lambda row: row.rollover.old_kid,
        "new_kid": lambda row: row.rollover.new_kid,
        "state": lambda row: row.rollover.state,
        "error": lambda row: row.rollover.error,
        "next_step_at": lambda row: row.next_step,
        "started_at": lambda row: row.rollover.started_at.isoformat(),
        "started_by": lambda row: row.rollover.started_by,
        "reason": lambda row: row.rollover.reason,
        "ticket": lambda row: row.rollover.ticket,
    },
)


@organization_page(Effect.READ)
def rollovers(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the rollovers of the organization, those in progress first."""
    records = Rollover.objects.filter(organization=member.organization)
    rows = [
        RolloverRow(record, actions.is_scheduled(record, actions.get_job(record)))
        for record in sorted(records, key=lambda record: record.is_finished)
    ]
    return render_list(request, member, ROLLOVERS, rows, "keys/rollovers.html", {})

"""List of the clients that a member's draft of a service affects."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import SERVICE_SETTINGS
from console.documents.kinds import DocumentTarget, service_target
from console.editing import drafts
from console.editing.review import review
from console.inventory.blast_radius import BlastRadius
from console.lists.definition import ListDefinition, render_list
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import KnownClient
from console.web.access import ConsoleRequest, Workspace, workspace_page
from tenants.authlete.documents.impacts import CLIENT_IMPACTS
from tenants.authlete.documents.impacts.declaration import ClientImpact, ImpactLevel
from tenants.authlete.operation import Effect

LEVEL_LABELS: Mapping[str, str | Promise] = {
    ImpactLevel.BREAKS: _("Breaks"),
    ImpactLevel.MAY_BREAK: _("May break"),
    ImpactLevel.ADAPTS: _("Adapts"),
}
LEVEL_STYLES = {ImpactLevel.BREAKS: "bad", ImpactLevel.MAY_BREAK: "warn", ImpactLevel.ADAPTS: ""}
IMPACT_LABELS: Mapping[str, str | Promise] = {
    impact.id: _(SERVICE_SETTINGS[impact.fields[0]][1].label) for impact in CLIENT_IMPACTS
}


@dataclass(frozen=True, slots=True)
class AffectedClientRow:
    """A client and one way in which the draft affects it."""

    client: KnownClient
    impact: ClientImpact
    path: str  # of the client's page

    @property
    def title(self) -> str:
        return self.client.name or self.client.alias or str(self.client.client_id)

    @property
    def message(self) -> str:
        return gettext(self.impact.message)

    @property
    def level_label(self) -> str | Promise:
        return LEVEL_LABELS[self.impact.level]

    @property
    def level_style(self) -> str:
        return LEVEL_STYLES[self.impact.level]


AFFECTED_CLIENT_LIST = ListDefinition[AffectedClientRow](
    "affected-clients",
    _("Affected clients"),
    _("Search by name, ID or impact"),
    _("Name, ID or impact"),
    columns=(
        ListColumn("client", _("Client"), lambda row: row.title.casefold()),
        ListColumn("level", _("Effect"), lambda row: [*ImpactLevel].index(row.impact.level)),
        ListColumn("impact", _("Reason"), lambda row: row.message),
        ListColumn("synced", _("Synced"), lambda row: row.client.seen_at),
    ),
    facets=(
        Facet("level", _("Effect"), lambda row: [row.impact.level], LEVEL_LABELS),
        Facet("impact", _("Setting"), lambda row: [row.impact.id], IMPACT_LABELS),
    ),
    text=lambda row: f"{row.title} {row.client.alias} {row.client.client_id} {row.message}",
    fields={
        "client_id": lambda row: row.client.client_id,
        "alias": lambda row: row.client.alias,
        "name": lambda row: row.client.name,
        "level": lambda row: row.impact.level,
        "impact": lambda row: row.impact.id,
        "settings": lambda row: " ".join(row.impact.fields),
        "synced_at": lambda row: row.client.seen_at.isoformat(),
    },
)


@workspace_page(Effect.CHANGE)
def affected_clients(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponseBase:
    """List the clients that the member's draft affects, once for each impact."""
    target = service_target(workspace, service_id)
    document = target.api().get()
    radius = review(target, document, drafts.load(target)).blast_radius
    assert radius, "only reviews of clients have none"
    context = target.context(document) | {"radius": radius}
    return render_list(
        request,
        workspace.member,
        AFFECTED_CLIENT_LIST,
        _list_rows(target, radius),
        "services/affected_clients.html",
        context,
    )


def _list_rows(target: DocumentTarget, radius: BlastRadius) -> list[AffectedClientRow]:
    slug, region = target.workspace.organization.slug, target.workspace.region.name
    return [
        AffectedClientRow(
            client,
            item.impact,
            reverse("clients:show", args=[slug, region, target.service_id, client.client_id]),
        )
        for item in radius.impacts
        for client in item.clients
    ]

"""Lists of clients by their secrets: overdue ones, and those being rotated."""

from dataclasses import dataclass

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.clients.listing.rows import AUTH_METHOD_LABELS
from console.clients.rotation import lifecycle
from console.inventory.coverage import organization_coverage
from console.inventory.secret_age import SecretAge, list_overdue
from console.inventory.services import service_name_lookup
from console.lists.definition import ListDefinition, render_list
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import KnownClient, Rotation
from console.web.access import ConsoleRequest, Member, organization_page
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect
from tenants.organizations.regions import REGION_TITLES


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """A client whose secret is too old."""

    client: KnownClient
    age: SecretAge
    service: str
    rotation: Rotation | None

    @property
    def key(self) -> str:
        """The client's region, service and ID."""
        return f"{self.client.region}/{self.client.service_id}/{self.client.client_id}"

    @property
    def title(self) -> str:
        return self.client.name or self.client.alias

    @property
    def since(self) -> str:
        """The time of the last known change, in ISO 8601."""
        return iso_time(self.age.since)


@dataclass(frozen=True, slots=True)
class RotationRow:
    """An open rotation."""

    rotation: Rotation
    service: str

    @property
    def state(self) -> str:
        if self.rotation.is_unrevealed:
            return "unrevealed"
        return "scheduled" if self.rotation.activate_at else str(self.rotation.state)


OVERDUE = ListDefinition[OverdueRow](
    "overdue-secrets",
    _("Overdue secrets"),
    _("Search overdue secrets by client or service"),
    _("Client or service"),
    columns=(
        ListColumn("client", _("Client"), lambda row: row.title.casefold()),
        ListColumn("service", _("Service"), lambda row: (row.service.casefold(), row.key)),
        ListColumn("auth", _("Authentication"), lambda row: row.client.auth_method),
        ListColumn("since", _("Secret since"), lambda row: row.since),
        ListColumn("rotation", _("Rotation"), lambda row: row.rotation is None),
    ),
    facets=(
        Facet("region", _("Region"), lambda row: [row.client.region], REGION_TITLES),
        Facet("service", _("Service"), lambda row: [row.service], max_values=20),
        Facet(
            "auth", _("Authentication"), lambda row: [row.client.auth_method], AUTH_METHOD_LABELS
        ),
        Facet(
            "rotation",
            _("Rotation"),
            lambda row: ["yes" if row.rotation else "no"],
            {"yes": _("In progress"), "no": _("None")},
        ),
    ),
    text=lambda row: f"{row.client.name} {row.client.alias} {row.client.client_id} {row.service}",
    fields={
        "region": lambda row: row.client.region,
        "service_id": lambda row: row.client.service_id,
        "service": lambda row: row.service,
        "client_id": lambda row: row.client.client_id,
        "client_id_alias": lambda row: row.client.alias,
        "name": lambda row: row.client.name,
        "auth_method": lambda row: row.client.auth_method,
        "secret_since": lambda row: row.since,
        "rotation": lambda row: row.rotation.state if row.rotation else "",
    },
)
ROTATIONS = ListDefinition[RotationRow](
    "rotations",
    _("Rotations"),
    _("Search rotations by client, service, reason or ticket"),
    _("Client, service, reason or ticket"),
    columns=(
        ListColumn("client", _("Client"), lambda row: row.rotation.label.casefold()),
        ListColumn("service", _("Service"), lambda row: row.service.casefold()),
        ListColumn("state", _("State"), lambda row: row.state),
        ListColumn("staged", _("Staged"), lambda row: row.rotation.staged_at),
        ListColumn("ends", _("Expires"), lambda row: row.rotation.until),
    ),
    facets=(
        Facet("region", _("Region"), lambda row: [row.rotation.region], REGION_TITLES),
        Facet("service", _("Service"), lambda row: [row.service], max_values=20),
        Facet("by", _("Staged by"), lambda row: [row.rotation.staged_by], max_values=20),
    ),
    text=lambda row: (
        f"{row.rotation.label} {row.service} {row.rotation.reason} {row.rotation.ticket}"
    ),
    fields={
        "region": lambda row: row.rotation.region,
        "service_id": lambda row: row.rotation.service_id,
        "service": lambda row: row.service,
        "client_id": lambda row: row.rotation.client_id,
        "client": lambda row: row.rotation.label,
        "state": lambda row: row.state,
        "staged_at": lambda row: row.rotation.staged_at.isoformat(),
        "staged_by": lambda row: row.rotation.staged_by,
        "ends_at": lambda row: row.rotation.until.isoformat(),
        "reason": lambda row: row.rotation.reason,
        "ticket": lambda row: row.rotation.ticket,
    },
)


@organization_page(Effect.READ)
def rotations(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the open rotations, those that need action first."""
    open_rotations = lifecycle.open_rotations(member.organization).values()
    service_name = service_name_lookup(member.organization)
    rows = [
        RotationRow(rotation, service_name(rotation.region, rotation.service_id))
        for rotation in sorted(
            open_rotations, key=lambda row: (row.activated_at is not None, row.until)
        )
    ]
    return render_list(request, member, ROTATIONS, rows, "clients/rotations.html", {})


@organization_page(Effect.READ)
def overdue_secrets(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the clients with overdue secrets, oldest first."""
    service_name = service_name_lookup(member.organization)
    open_rotations = lifecycle.open_rotations(member.organization)
    rows = [
        OverdueRow(
            client,
            age,
            service_name(client.region, client.service_id),
            open_rotations.get(ObjectRef(client.region, client.service_id, client.client_id)),
        )
        for client, age in list_overdue(member.organization)
    ]
    bulk = reverse("clients:bulk_select", args=[member.organization.slug])
    context = {
        "bulk": bulk if member.can(Effect.REVEAL) else "",
        "coverage": organization_coverage(
            member.organization, [region.name for region in member.regions()]
        ),
        "days": settings.SECRET_MAX_AGE_DAYS,
        "is_known": KnownClient.objects.filter(organization=member.organization).exists(),
    }
    return render_list(request, member, OVERDUE, rows, "clients/overdue_secrets.html", context)

"""Blast radius: the indexed clients that a change to their service affects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from console.inventory.index import clients_of_service
from console.inventory.setting_values import stored_values
from console.models import KnownClient, KnownService
from tenants.authlete.documents.base import DocumentFields
from tenants.authlete.documents.impacts import CLIENT_IMPACTS
from tenants.authlete.documents.impacts.declaration import ClientImpact
from tenants.models import Organization


@dataclass(frozen=True, slots=True)
class AffectedClients:
    """The clients that one impact affects."""

    impact: ClientImpact
    clients: Sequence[KnownClient]


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """The impacts of a change that affect clients, the most severe first."""

    impacts: Sequence[AffectedClients]
    checked_count: int  # indexed clients with known settings
    unchecked_count: int  # indexed clients of which only names are known
    synced_at: datetime | None  # None: the clients were never synced completely
    is_checked: bool = True  # False if the change can't affect clients

    @property
    def affected_count(self) -> int:
        """Return the number of clients that any impact affects."""
        return len({client.client_id for item in self.impacts for client in item.clients})


def measure_blast_radius(
    organization: Organization,
    region: str,
    service_id: int,
    before: DocumentFields,
    after: DocumentFields,
) -> BlastRadius:
    """Return which indexed clients the change of a service from ``before`` affects."""
    service = KnownService.objects.filter(
        organization=organization, region=region, service_id=service_id
    ).first()
    synced_at = service.clients_at if service else None
    triggered = CLIENT_IMPACTS.triggered(before, after)
    if not triggered:
        return BlastRadius((), 0, 0, synced_at, is_checked=False)
    rows = clients_of_service(organization, region, service_id).order_by("rank", "client_id")
    clients = list(rows.defer("words").prefetch_related("profile"))
    checked = [(client, stored_values(client)) for client in clients if client.profile]
    impacts = [
        AffectedClients(
            impact,
            [client for client, values in checked if impact.is_affected(before, after, values)],
        )
        for impact in triggered
    ]
    affecting = [item for item in impacts if item.clients]
    return BlastRadius(affecting, len(checked), len(clients) - len(checked), synced_at)

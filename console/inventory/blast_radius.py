"""Blast radius: the indexed clients that a change to their service affects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.inventory.index import clients_of_service
from console.inventory.setting_values import stored_values
from console.models import KnownClient, KnownService
from tenants.audit.models import AuditEntry
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


def impact_hints(radius: BlastRadius) -> dict[str, Any]:
    """Return what the audit entry of the change says about its impacts."""
    if not radius.is_checked:
        return {}
    counts = {item.impact.id: len(item.clients) for item in radius.impacts}
    return {"impacts": counts, "checked_clients": radius.checked_count}


@dataclass(frozen=True, slots=True)
class RecordedImpacts:
    """The impacts of a saved change, as estimated when it was sent."""

    checked_count: int
    counts: Sequence[tuple[ClientImpact, int]]  # affected clients, the most severe impact first


def recorded_impacts(entry: AuditEntry) -> RecordedImpacts | None:
    """Return the impacts that were recorded with a change; None if none could arise."""
    counts = entry.reconciliation_hints.get("impacts")
    if not isinstance(counts, Mapping):
        return None
    known = [(impact, counts[impact.id]) for impact in CLIENT_IMPACTS.by_level(counts.keys())]
    return RecordedImpacts(entry.reconciliation_hints.get("checked_clients", 0), known)

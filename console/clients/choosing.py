"""Which client to copy, of any service that the organization was seen to have."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from console.access import Workspace
from console.models import KnownService
from console.paths import service_at
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import all_clients

SHOWN = 30  # clients


@dataclass(frozen=True, slots=True)
class Home:
    """A service whose clients can be copied."""

    region: str
    service_id: int
    name: str

    @property
    def place(self) -> str:
        return f"{self.region}/{self.service_id}"


@dataclass(frozen=True, slots=True)
class Found:
    """Clients of one service that fit what was asked."""

    home: Home
    clients: Sequence[Client] = ()
    more: int = 0  # that were not looked through, or are not shown
    error: AuthleteError | None = None  # why not all were looked through


def homes(workspace: Workspace, service: Service) -> list[Home]:
    """This service first, then those that lists have shown, by name."""
    here = Home(
        workspace.region.name,
        service.api_key,
        service.service_name or str(service.api_key),
    )
    known = KnownService.objects.filter(
        organization=workspace.organization,
        region__in=[region.name for region in workspace.member.regions()],
    ).order_by("name", "region")
    others = [
        Home(one.region, one.service_id, one.name or str(one.service_id))
        for one in known
    ]
    return [here, *(one for one in others if one.place != here.place)]


def elsewhere(workspace: Workspace, place: str) -> str:
    """The path at which a client of another service is made; empty for none."""
    home = service_at(place)
    regions = {region.name for region in workspace.member.regions()}
    if not home or home[0] not in regions:
        return ""
    return reverse("clients:new", args=[workspace.organization.slug, *home])


def find(workspace: Workspace, home: Home, asked: str) -> Found:
    """The first clients whose name, alias or number holds what was asked."""
    try:
        authlete = workspace.member.connect(home.region)
    except AuthleteError as error:
        return Found(home, error=error)
    (listed,) = all_clients([(authlete, home.service_id)])
    fitting = [one for one in listed.all if _fits(one, asked)]
    more = max(len(fitting) - SHOWN, 0) + max(listed.total - len(listed.all), 0)
    return Found(home, fitting[:SHOWN], more, listed.error)


def _fits(client: Client, asked: str) -> bool:
    text = f"{client.client_name} {client.alias} {client.client_id}".lower()
    return all(word in text for word in asked.lower().split())

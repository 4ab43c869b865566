"""What all pages about one client's secret show."""

from dataclasses import dataclass
from typing import Any

from console import once
from console.access import Workspace
from console.clients import rotating
from console.clients.kind import target_of
from console.clients.secrets import label, mark, uses
from console.editing.kind import Target
from console.editing.secret_ages import Age, age, changed_at
from console.models import Rotation
from tenants.audit.notes import Told
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.documents.client import Client


@dataclass(frozen=True)
class SecretPage:
    """One client as it is now, without its secret, and the rotation under way."""

    target: Target
    client: Client
    rotation: Rotation | None

    @property
    def workspace(self) -> Workspace:
        return self.target.workspace

    @property
    def label(self) -> str:
        return label(self.client)

    @property
    def mark(self) -> str:
        return mark(self.client)

    @property
    def age(self) -> Age:
        place = (
            self.workspace.region.name,
            self.target.service_id,
            self.client.client_id,
        )
        found = changed_at(self.workspace.organization.pk, *map(str, place))
        return age(found.get(place), self.client.created_at)

    def told(self, reason: str, ticket: str) -> Told:
        """What the record says about the client."""
        return Told(
            region=self.workspace.region.name,
            service=str(self.target.service_id),
            client=str(self.client.client_id),
            label=self.label,
            reason=reason,
            ticket=ticket,
        )

    def api(self, *, reason: str, ticket: str) -> ClientApi:
        """Calls about the client that are in the record with their reason."""
        authlete = self.workspace.member.connect(
            self.workspace.region.name, reason=reason, ticket=ticket
        )
        service = authlete.service(self.target.service_id)
        return service.client(self.client.client_id, self.label)

    def path(self) -> str:
        """Of the page of the secret, where all of this leads back to."""
        return self.target.path("secret")

    def context(self, **more: Any) -> dict[str, Any]:
        return {
            **self.target.context(self.client),
            "service_id": self.target.service_id,
            "mark": self.mark,
            "uses": uses(self.client),
            "rotation": self.rotation,
            "once": once.fresh(),
            **more,
        }


def opened(workspace: Workspace, service_id: int, client_id: int) -> SecretPage:
    """Read the client; what its fingerprint says about its rotation is kept."""
    target = target_of(workspace, service_id, client_id)
    client = workspace.authlete.service(service_id).client(client_id).get()
    place = (workspace.organization, workspace.region.name, service_id, client_id)
    if rotation := rotating.find(*place):
        rotating.look(rotation, mark(client), workspace.member.who)
        if rotation.state not in Rotation.OPEN:
            rotation = None
    return SecretPage(target, client, rotation)

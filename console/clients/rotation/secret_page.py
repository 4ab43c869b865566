"""The common parts of the pages about a client's secret."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.clients.rotation import lifecycle
from console.clients.rotation.lifecycle import client_label, secret_fingerprint, secret_uses
from console.documents.kinds import DocumentTarget, client_target
from console.inventory.secret_age import SecretAge, last_changes, secret_age
from console.models import Rotation
from console.web.access import ConsoleRequest, Workspace
from console.web.responses import render_form
from tenants.audit.recorder import EventDetails
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.documents.client import Client
from tenants.crypto.fingerprints import fingerprint_client_secret

STEP_LABELS = {
    "activate": _("Activate"),
    "confirm_stored": _("Confirm stored"),
    "delete_old_secret": _("Delete old secret"),
    "discard_staged": _("Discard"),
    "reveal": _("Reveal"),
    "reveal_staged": _("New secret"),
    "rotate": _("Rotate now"),
    "set_secret": _("Set the secret"),
    "stage": _("Rotate"),
    "undo": _("Undo"),
}


@dataclass(frozen=True)
class SecretPage:
    """A client without its secret, and its open rotation."""

    target: DocumentTarget
    client: Client
    rotation: Rotation | None

    @property
    def workspace(self) -> Workspace:
        return self.target.workspace

    @property
    def label(self) -> str:
        return client_label(self.client)

    @property
    def fingerprint(self) -> str:
        return secret_fingerprint(self.client)

    def fingerprint_secret(self, secret: SecretStr) -> str:
        """Return the fingerprint that the client would have with another secret."""
        organization = self.workspace.organization
        return fingerprint_client_secret(organization.pk, self.target.ref, secret).hex

    @property
    def age(self) -> SecretAge:
        ref = self.target.ref
        changes = last_changes(self.workspace.organization.pk, *map(str, ref))
        return secret_age(changes.get(ref), self.client.created_at)

    def render_step(self, request: ConsoleRequest, name: str, **context: Any) -> HttpResponse:
        """Render the page ``clients:<name>``, which acts on the secret."""
        context = self.context(step_label=STEP_LABELS[name], **context)
        return render_form(request, f"clients/{name}.html", context, invalid=200)

    def audit_fields(self, reason: str, ticket: str) -> EventDetails:
        """Return the fields of audit entries about the client."""
        return EventDetails(
            region=self.workspace.region.name,
            service=str(self.target.service_id),
            client=str(self.client.client_id),
            label=self.label,
            reason=reason,
            ticket=ticket,
        )

    def api(self, *, reason: str, ticket: str) -> ClientApi:
        """Connect to Authlete with a reason for the audit log."""
        authlete = self.workspace.connect(reason=reason, ticket=ticket)
        return authlete.service(self.target.service_id).client(self.client.client_id, self.label)

    def path(self) -> str:
        """Return the path of the secret's page."""
        return self.target.path("secret")

    def context(self, **more: Any) -> dict[str, Any]:
        return {
            **self.target.context(self.client),
            "service_id": self.target.service_id,
            "secret_fingerprint": self.fingerprint,
            "uses": secret_uses(self.client),
            "rotation": self.rotation,
            **more,
        }


def load_secret_page(workspace: Workspace, service_id: int, client_id: int) -> SecretPage:
    """Fetch the client, and update its rotation from the fingerprint."""
    target = client_target(workspace, service_id, client_id)
    client = workspace.authlete.service(service_id).client(client_id).get()
    location = (workspace.organization, workspace.region.name, service_id, client_id)
    if rotation := lifecycle.find_rotation(*location):
        lifecycle.reconcile_state(rotation, secret_fingerprint(client), workspace.member.actor)
        if rotation.state not in Rotation.OPEN:
            rotation = None
    return SecretPage(target, client, rotation)

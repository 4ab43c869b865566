"""The kind of document that clients are."""

from django.urls import reverse

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.documents.kinds import DocumentKind, DocumentTarget
from console.inventory import index
from console.web.access import Workspace
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.client.rules import check_client


def _update_index(target: DocumentTarget, client: Client) -> None:
    workspace = target.workspace
    index.index_client(workspace.organization, workspace.region.name, target.service_id, client)


CLIENT_KIND = DocumentKind(
    "client",
    "clients",
    SECTIONS,
    CLIENT_SETTINGS,
    lambda authlete, target: authlete.service(target.service_id).client(target.client_id),
    Client,
    lambda client: client.client_name or client.alias,
    check_client,
    _update_index,
)


def client_target(workspace: Workspace, service_id: int, client_id: int) -> DocumentTarget:
    """Return the document of a client."""
    return DocumentTarget(CLIENT_KIND, workspace, service_id, client_id)


def client_path(
    page: str, workspace: Workspace, service_id: int, client_id: int, *more: str
) -> str:
    """Return the path of the page ``clients:<page>`` of a client."""
    location = (workspace.organization.slug, workspace.region.name, service_id, client_id)
    return reverse(f"clients:{page}", args=[*location, *more])


def client_list_path(workspace: Workspace, service_id: int) -> str:
    """Return the path of the list of a service's clients."""
    location = (workspace.organization.slug, workspace.region.name, service_id)
    return reverse("clients:service_clients", args=location)


def new_client_path(page: str, workspace: Workspace, service_id: int, draft_key: str = "") -> str:
    """Return the path of the form or review of a new client."""
    location = (workspace.organization.slug, workspace.region.name, service_id)
    path = reverse(f"clients:{page}", args=location)
    return f"{path}?new={draft_key}" if draft_key else path

"""The kind of document that clients are."""

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.documents.kinds import DocumentKind, DocumentTarget
from console.inventory import index
from console.web.access import Workspace
from tenants.authlete import AuthleteClient
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.client.rules import check_client


def _api(authlete: AuthleteClient, target: DocumentTarget) -> ClientApi:
    return authlete.service(target.service_id).client(target.client_id)


def _display_name(client: Client) -> str:
    return client.client_name or client.alias


def _update_index(target: DocumentTarget, client: Client) -> None:
    workspace = target.workspace
    index.index_client(workspace.organization, workspace.region.name, target.service_id, client)


CLIENT_KIND = DocumentKind(
    "client",
    "clients",
    SECTIONS,
    CLIENT_SETTINGS,
    _api,
    Client,
    _display_name,
    check_client,
    _update_index,
)


def client_target(workspace: Workspace, service_id: int, client_id: int) -> DocumentTarget:
    """Return the document of a client."""
    return DocumentTarget(CLIENT_KIND, workspace, service_id, client_id)

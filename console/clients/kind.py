"""Clients as what is edited; see `console.editing.kind`."""

from console.access import Workspace
from console.editing import known
from console.editing.kind import Kind, Target
from console.sentences import CLIENT
from tenants.authlete import Authlete
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.client.rules import findings


def _api(authlete: Authlete, target: Target) -> ClientApi:
    return authlete.service(target.service_id).client(target.client_id)


def _called(client: Client) -> str:
    return client.client_name or client.alias


def _remember(target: Target, client: Client) -> None:
    workspace = target.workspace
    known.remember_client(
        workspace.organization, workspace.region.name, target.service_id, client
    )


KIND = Kind(
    "client",
    "clients",
    SECTIONS,
    CLIENT,
    _api,
    Client,
    _called,
    findings,
    _remember,
)


def target_of(workspace: Workspace, service_id: int, client_id: int) -> Target:
    return Target(KIND, workspace, service_id, client_id)

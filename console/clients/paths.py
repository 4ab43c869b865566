"""Paths of the pages of clients."""

from django.urls import reverse

from console.web.access import Workspace


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

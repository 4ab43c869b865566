"""Paths of the pages of one client."""

from django.urls import reverse

from console.access import Workspace


def client_path(
    name: str, workspace: Workspace, service_id: int, client_id: int, *more: str
) -> str:
    """The path of the page ``clients:name``."""
    place = (workspace.organization.slug, workspace.region.name, service_id, client_id)
    return reverse(f"clients:{name}", args=[*place, *more])


def listed_path(workspace: Workspace, service_id: int) -> str:
    """The path of the list of a service's clients."""
    place = (workspace.organization.slug, workspace.region.name, service_id)
    return reverse("clients:listed", args=place)


def new_path(name: str, workspace: Workspace, service_id: int, key: str = "") -> str:
    """The path of the form or the review of a new client, with what was entered."""
    place = (workspace.organization.slug, workspace.region.name, service_id)
    path = reverse(f"clients:{name}", args=place)
    return f"{path}?new={key}" if key else path

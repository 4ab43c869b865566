"""Paths of the pages of one service."""

from django.urls import reverse

from console.access import Workspace


def service_path(name: str, workspace: Workspace, service_id: int, *more: str) -> str:
    """The path of the page ``services:name``."""
    return reverse(
        f"services:{name}",
        args=[workspace.organization.slug, workspace.region.name, service_id, *more],
    )

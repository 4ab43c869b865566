"""Paths of service pages."""

from django.urls import reverse

from console.web.access import Member, Workspace


def service_path_in(page: str, member: Member, region: str, service_id: int, *more: str) -> str:
    """Return the path of the page ``services:<page>`` in a region."""
    slug = member.organization.slug
    return reverse(f"services:{page}", args=[slug, region, service_id, *more])


def service_path(page: str, workspace: Workspace, service_id: int, *more: str) -> str:
    """Return the path of the page ``services:<page>`` in a workspace."""
    region = workspace.region.name
    return service_path_in(page, workspace.member, region, service_id, *more)

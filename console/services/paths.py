"""Paths of the pages of one service."""

from django.urls import reverse

from console.access import Member, Workspace


def path_in(name: str, member: Member, region: str, service_id: int, *more: str) -> str:
    """The path of the page ``services:name``."""
    slug = member.organization.slug
    return reverse(f"services:{name}", args=[slug, region, service_id, *more])


def service_path(name: str, workspace: Workspace, service_id: int, *more: str) -> str:
    """The same within a workspace."""
    region = workspace.region.name
    return path_in(name, workspace.member, region, service_id, *more)

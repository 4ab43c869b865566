"""What a list within a service is headed with: the service as it was last seen.

It is not asked for: a list has enough to wait for already.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from console.models import KnownService
from console.web.access import Workspace


@dataclass(frozen=True, slots=True)
class ServiceHeader:
    """The service that a list is one of the pages of."""

    workspace: Workspace
    service_id: int

    def path(self, page: str, *more: str) -> str:
        place = (self.workspace.organization.slug, self.workspace.region.name)
        return reverse(f"services:{page}", args=[*place, self.service_id, *more])


def service_header_context(workspace: Workspace, service_id: int) -> dict[str, Any]:
    """What the head of a service's pages shows, as it was seen last; without a call."""
    known = KnownService.objects.filter(
        organization=workspace.organization,
        region=workspace.region.name,
        service_id=service_id,
    ).first()
    return {
        "target": ServiceHeader(workspace, service_id),
        "name": known.name if known else "",
        "service": {
            "api_key": service_id,
            "service_name": known.name if known else "",
            "issuer": known.issuer if known else "",
        },
    }

"""The keys in hardware of one service, as a page finds them."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from console.access import Workspace
from console.editing.kind import Target
from console.editing.services import target_of
from console.keys.hardware import Hardware, Kept, hardware
from tenants.authlete import Authlete
from tenants.authlete.api.keys import HardwareKeys
from tenants.authlete.documents.service import Service


@dataclass(frozen=True, slots=True)
class Place:
    """A service and its keys in hardware, both just read."""

    target: Target
    service: Service
    hardware: Hardware

    def one(self, handle: str) -> Kept:
        """The key; raises what kept it from being read, or `Http404`."""
        if self.hardware.error:
            raise self.hardware.error
        if found := self.hardware.of(handle):
            return found
        raise Http404

    def keys(self, authlete: Authlete) -> HardwareKeys:
        """The calls about them."""
        return authlete.service(self.target.service_id).hardware_keys

    def context(self) -> dict[str, Any]:
        return self.target.context(self.service) | {"hardware": self.hardware}


def place_of(workspace: Workspace, service_id: int) -> Place:
    target = target_of(workspace, service_id)
    api = workspace.authlete.service(service_id)
    service = api.get()
    return Place(target, service, hardware(api, service))


def keys_path(name: str, workspace: Workspace, service_id: int, *more: str) -> str:
    """The path of the page ``keys:name``."""
    at = (workspace.organization.slug, workspace.region.name, service_id, *more)
    return reverse(f"keys:{name}", args=at)

"""The selected objects of a bulk change, and the preview of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenants.authlete.object_ref import ObjectRef

# The statuses of a row.
CHANGE, SAME, CANNOT, UNREAD = "change", "same", "cannot", "unread"


@dataclass(frozen=True, slots=True)
class SelectedObject:
    """A selected service or client with its last known name."""

    region: str
    service_id: int
    client_id: int = 0  # 0: the service itself
    name: str = ""

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(self.region, self.service_id, self.client_id)


@dataclass(frozen=True, slots=True)
class BulkSelection:
    """The selected objects, and the list that they were selected in."""

    objects: Sequence[SelectedObject] = ()
    within: str = ""  # the service of a list of clients, region/number; empty: all services
    query: str = ""  # the list's search and filters
    shown_count: int = 0  # how many the list said there are
    selects_all: bool = False  # everything that matches the list's search and filters
    warnings: Sequence[str] = ()  # why some that match may be missing


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """The preview for one object."""

    region: str
    service_id: int
    client_id: int
    name: str
    status: str = CHANGE
    reason: str = ""  # why it doesn't change
    notes: Sequence[str] = ()  # warnings about the change
    before: Any = None  # value of the setting
    after: Any = None
    details: Sequence[str] = ()  # of the affected clients
    affected: int | None = None  # active tokens of a client, or clients of a service; None: unknown

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(self.region, self.service_id, self.client_id)

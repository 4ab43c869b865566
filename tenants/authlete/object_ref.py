"""References to services and clients."""

from typing import NamedTuple


class ObjectRef(NamedTuple):
    """A service in a region, or a client of that service."""

    region: str
    service_id: int
    client_id: int = 0  # 0: the service itself

    @property
    def key(self) -> str:
        """Return the reference as text: ``us/17/1001``."""
        return "/".join(map(str, self if self.client_id else self[:2]))

    @property
    def path_params(self) -> dict[str, int]:
        """Return the parameters of the paths of its operations."""
        ids = {"service_id": self.service_id}
        return ids | {"client_id": self.client_id} if self.client_id else ids

    @property
    def audit_columns(self) -> dict[str, str]:
        """Return the columns of the audit log that name it."""
        client = str(self.client_id) if self.client_id else ""
        return {"region": self.region, "service": str(self.service_id), "client": client}

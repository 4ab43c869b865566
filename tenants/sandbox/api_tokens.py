"""Access tokens of the sandbox's API and their permissions."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import time

from tenants.sandbox.http_messages import ApiResponseError

# A permission implies the listed ones.
IMPLIED_PERMISSIONS = {
    "modify_client": ["view_client"],
    "view_service": ["view_client"],
    "use_service": ["use_introspection", "view_service"],
    "create_client": ["use_service", "modify_client"],
    "modify_service": ["create_client"],
}
ORGANIZATION_PERMISSIONS = (
    "create_service",
    "modify_service",
    "delete_service",
    "view_service",
    "view_audit_log",
)


@dataclass(slots=True)
class ApiToken:
    """An access token of the API.

    ``service_id`` limits it to one service, ``regions`` to some regions (None: all).
    ``expires_at`` is in seconds since 1970.
    """

    value: str
    organization: int
    permissions: tuple[str, ...]
    preset: str = "custom"
    regions: tuple[str, ...] | None = None
    service_id: int | None = None
    expires_at: float | None = None
    revoked: bool = False

    @property
    def kind(self) -> str:
        return "organization" if self.service_id is None else "service"

    @property
    def state(self) -> str:
        if self.revoked:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= time():
            return "expired"
        return "active"

    def has_permission(self, permission: str) -> bool:
        return permission in expand_permissions(self.permissions)

    def is_accepted_in(self, region: str | None) -> bool:
        """Return whether a region, or the IdP (None), accepts the token."""
        return region is None or self.regions is None or region in self.regions


def expand_permissions(permissions: Iterable[str]) -> set[str]:
    """Return the permissions and all that they imply."""
    expanded: set[str] = set()
    new = list(permissions)
    while new:
        if (right := new.pop()) not in expanded:
            expanded.add(right)
            new += IMPLIED_PERMISSIONS.get(right, [])
    return expanded


def parse_authorization_header(header: str | None) -> str:
    """Return the token in an Authorization header.

    Raises `ApiResponseError` if the header is missing or malformed.
    """
    if header is None:
        raise ApiResponseError(401, "A001202", "The Authorization header is missing.")
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not value.strip() or " " in value.strip():
        raise ApiResponseError(401, "A001203", "The Authorization header is malformed.")
    return value.strip()

"""State of the sandbox: organizations, tokens, and services by region."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic, time

from tenants.sandbox.api_tokens import ApiToken
from tenants.sandbox.http_messages import ApiResponseError, JsonDict, access_denied

SERVER_IDS = {"us": 76281, "jp": 53285, "eu": 63294, "br": 47363}  # apiServerId
IDP = "idp"


@dataclass(slots=True)
class SandboxOrganization:
    """An organization; the FREE plan allows one service."""

    number: int
    slug: str
    name: str
    plan: str = "ENTERPRISE"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A received request and the status of its response (0: none)."""

    method: str
    path: str
    region: str
    request_id: str
    operation: str
    status: int
    body: bytes = b""
    query: dict[str, str] = field(default_factory=dict)


class LazyDict[Key, Value](dict[Key, Value]):
    """A dict that creates missing values on first access."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self._make(key)
        return value


@dataclass(slots=True)
class StoredToken:
    """An access token and its refresh token.

    Times are in milliseconds since 1970; 0 means never.
    """

    access_hash: str
    client_id: int
    grant_type: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int
    subject: str = ""  # empty for client credentials
    refresh_hash: str = ""
    refresh_expires_at: int = 0
    refreshed_at: int = 0
    properties: tuple[JsonDict, ...] = ()
    access_token: str = ""  # empty if only the hash is known
    refresh_token: str = ""
    token_id: str = ""
    used_at: int = 0  # last introspection
    revoked: bool = False  # but still listed, see `SandboxState.revoked_linger`
    more: JsonDict = field(default_factory=dict)  # returned by introspection only


@dataclass(slots=True)
class StoredGrant:
    """Scopes that a user granted to a client.

    ``modified_at`` is in milliseconds since 1970.
    """

    latest: list[str]
    merged: list[str]  # including earlier grants
    modified_at: int


@dataclass(slots=True)
class StoredBatch:
    """A token batch; ``due_at`` is by `time.monotonic`.

    Other times are in milliseconds since 1970. ``result`` is empty until it has run.
    """

    request_id: str
    service_id: int
    entries: list[JsonDict]
    is_dry: bool
    due_at: float
    created_at: int
    modified_at: int
    result: str = ""
    error_code: str = ""
    error_description: str = ""
    token_count: int = 0


@dataclass(slots=True)
class BatchSettings:
    """Behaviour of token batches that Authlete doesn't document."""

    delay: float = 0.0  # milliseconds until a batch runs
    most: int = 0  # maximum entries; 0: no limit
    fails_after: int | None = None  # tokens created before a batch fails
    blank: bool = False  # no `status` while running
    dry_unkept: bool = False  # dry runs have no status


class SandboxRegion:
    """A cluster: its services with their clients and tokens, owners and undocumented fields.

    ``clients`` are by service ID and client ID, ``tokens`` by service ID, ``granted`` by
    service ID and (client ID, subject), ``batches`` by request ID; ``gone`` are the IDs of
    deleted clients.
    """

    def __init__(self, name: str, server_id: int) -> None:
        self.name = name
        self.server_id = server_id
        self.url = f"https://{name}.authlete.com"
        self.services: dict[int, JsonDict] = {}
        self.owners: dict[int, int | None] = {}  # None: no organization
        self.clients: dict[int, dict[int, JsonDict]] = LazyDict(lambda _: {})
        self.tokens: dict[int, list[StoredToken]] = LazyDict(lambda _: [])
        self.granted: dict[int, dict[tuple[int, str], StoredGrant]] = LazyDict(lambda _: {})
        self.batches: dict[str, StoredBatch] = {}
        self.gone: set[int] = set()
        self.sectors: dict[str, list[str] | None] = {}  # None: unreadable
        self.newer: set[str] = set()  # undocumented fields
        self.propagating_until: dict[int, float] = {}  # by `time.monotonic`
        self.lock = threading.RLock()

    def owner(self, service_id: int) -> int | None:
        """Return the owning organization; the first if none was set."""
        return self.owners.get(service_id, 1)

    def has_propagated(self, service_id: int) -> bool:
        """Return whether permissions on a new service are effective."""
        return self.propagating_until.get(service_id, 0.0) <= monotonic()

    def delay_propagation(self, service_id: int, seconds: float) -> None:
        """Delay permissions on a new service."""
        if seconds > 0:
            self.propagating_until[service_id] = monotonic() + seconds

    def remove_service(self, service_id: int) -> None:
        """Remove a service with all its data."""
        for by_service in (
            self.services,
            self.clients,
            self.tokens,
            self.granted,
            self.owners,
            self.propagating_until,
        ):
            by_service.pop(service_id, None)

    def visible_services(self, token: ApiToken) -> Iterator[tuple[int, JsonDict]]:
        """Yield the services that a token can access, oldest first."""
        for service_id, service in list(self.services.items()):
            if self.can_see(token, service_id):
                yield service_id, service

    def can_see(self, token: ApiToken, service_id: int) -> bool:
        """Return whether a token can access a service."""
        return (
            service_id in self.services
            and self.owner(service_id) == token.organization
            and token.service_id in (None, service_id)
            and self.has_propagated(service_id)
        )

    def get_service(self, token: ApiToken, service_id: str, permission: str) -> JsonDict:
        """Return a service if the token has the permission on it.

        Raises `ApiResponseError`, 403 A457101; unknown services and those of other
        organizations look the same.
        """
        is_valid = service_id.isascii() and service_id.isdecimal() and len(service_id) < 20
        number = int(service_id) if is_valid else -1
        if not self.can_see(token, number) or not token.has_permission(permission):
            raise access_denied(permission.upper(), service_id)
        return self.services[number]

    def known_fields(self, document: JsonDict) -> set[str]:
        """Return the undocumented fields that updates of ``document`` may set."""
        return self.newer | set(document)


class SandboxState:
    """All regions, organizations and API tokens."""

    def __init__(self, regions: tuple[str, ...] = tuple(SERVER_IDS)) -> None:
        self.regions = {
            name: SandboxRegion(name, SERVER_IDS.get(name, 90_000 + index))
            for index, name in enumerate(regions)
        }
        self.organizations: dict[int, SandboxOrganization] = {}
        self.tokens: dict[str, ApiToken] = {}
        self.idp_url = "https://login.authlete.com"
        self.locked_refused = False  # locked clients are inaccessible
        self.revoked_linger = False  # revoked tokens stay listed
        self.action_statuses = False  # failed actions have their own HTTP status
        self.deleted_told = False  # deleting a hardware key returns it
        self.half_deleted = False  # the record of a deleted hardware key stays
        self.without_hsm: set[str] = set()  # regions without HSM support
        self.forgetful: set[str] = set()  # regions that record no granted scopes
        self.batching = BatchSettings()
        self.window = 0.0  # seconds until permissions on a new service are effective

    def organization(
        self, slug: str, name: str = "", plan: str = "ENTERPRISE", number: int = 0
    ) -> int:
        """Add an organization and return its number; the first is 1."""
        number = number or len(self.organizations) + 1
        self.organizations[number] = SandboxOrganization(number, slug, name or slug, plan)
        return number

    def accept(self, token: ApiToken) -> ApiToken:
        """Add an API token."""
        self.tokens[token.value] = token
        return token

    def authenticate(self, value: str, region: str | None) -> ApiToken:
        """Return the API token; raise `ApiResponseError`, 401 A458101, if it is invalid.

        ``region`` is None at the IdP, which accepts the tokens of all regions.
        """
        token = self.tokens.get(value)
        if token is None or token.state != "active" or not token.is_accepted_in(region):
            raise ApiResponseError(401, "A458101", "The API access token is invalid.")
        return token

    def count_services(self, organization: int) -> int:
        """Return the number of an organization's services in all regions."""
        return sum(
            region.owner(number) == organization
            for region in self.regions.values()
            for number in region.services
        )


def now_milliseconds() -> int:
    """Return milliseconds since 1970."""
    return int(time() * 1000)

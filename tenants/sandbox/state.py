"""What the pretend Authlete remembers: organizations, tokens, services by region."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic, time

from tenants.sandbox.api_tokens import ApiToken
from tenants.sandbox.errors import ApiResponseError, access_denied
from tenants.sandbox.http_messages import JsonDict

SERVER_IDS = {"us": 76281, "jp": 53285, "eu": 63294, "br": 47363}  # Authlete facts, 1
IDP = "idp"


@dataclass(slots=True)
class SandboxOrganization:
    """One organization; a FREE one may hold one service."""

    number: int
    slug: str
    name: str
    plan: str = "ENTERPRISE"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One request as it came, and what it was answered (0: nothing)."""

    method: str
    path: str
    region: str
    request_id: str
    operation: str
    status: int
    body: bytes = b""
    query: dict[str, str] = field(default_factory=dict)


class LazyDict[Key, Value](dict[Key, Value]):
    """A dict that makes a value when it is first asked for by its key."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self._make(key)
        return value


@dataclass(slots=True)
class StoredToken:
    """An access token, with its refresh token, as a list of tokens tells of it.

    Times are in milliseconds since 1970; 0 is never.
    """

    access_hash: str
    client_id: int
    grant_type: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int
    subject: str = ""  # a token of client credentials has none
    refresh_hash: str = ""
    refresh_expires_at: int = 0
    refreshed_at: int = 0
    properties: tuple[JsonDict, ...] = ()
    access_token: str = ""  # the value; empty where only the hash is known
    refresh_token: str = ""
    token_id: str = ""
    used_at: int = 0  # by an introspection, which counts as use
    revoked: bool = False  # and still in the list, see `State.revoked_linger`
    more: JsonDict = field(default_factory=dict)  # what only an introspection tells


@dataclass(slots=True)
class StoredGrant:
    """The scopes that a user has granted to a client, as the server remembers them.

    ``modified_at`` is in milliseconds since 1970.
    """

    latest: list[str]
    merged: list[str]  # with those of earlier times
    modified_at: int


@dataclass(slots=True)
class StoredBatch:
    """Tokens to be made once it is due, by the clock of `monotonic`.

    The other times are in milliseconds since 1970. Without a ``result`` it is not
    done yet.
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
    """How batches of tokens go, of which little is known of live servers."""

    delay: float = 0.0  # milliseconds until one is done
    most: int = 0  # entries of one; 0: any number
    fails_after: int | None = None  # tokens of one that is not dry
    blank: bool = False  # no `status` while one is running
    dry_unkept: bool = False  # a dry run has no status


class SandboxRegion:
    """One cluster: its services, what they hold, who owns them, and what it knows
    beyond the spec.

    ``clients`` are by service and client id, ``tokens`` by service id, ``granted`` by
    service id and then client id and subject, ``batches`` by their request ids;
    ``gone`` are the clients that were deleted.
    """

    def __init__(self, name: str, server_id: int) -> None:
        self.name = name
        self.server_id = server_id
        self.url = f"https://{name}.authlete.com"
        self.services: dict[int, JsonDict] = {}
        self.owners: dict[int, int | None] = {}  # None: an orphan
        self.clients: dict[int, dict[int, JsonDict]] = LazyDict(lambda _: {})
        self.tokens: dict[int, list[StoredToken]] = LazyDict(lambda _: [])
        self.granted: dict[int, dict[tuple[int, str], StoredGrant]] = LazyDict(lambda _: {})
        self.batches: dict[str, StoredBatch] = {}
        self.gone: set[int] = set()
        self.sectors: dict[str, list[str] | None] = {}  # None: cannot be read
        self.newer: set[str] = set()  # members that no specification names
        self.propagating_until: dict[int, float] = {}  # until when rights lag behind
        self.lock = threading.RLock()

    def owner(self, service_id: int) -> int | None:
        """The organization that owns a service; the first, where none was named."""
        return self.owners.get(service_id, 1)

    def has_propagated(self, service_id: int) -> bool:
        """Whether the rights on a new service have come through."""
        return self.propagating_until.get(service_id, 0.0) <= monotonic()

    def delay_propagation(self, service_id: int, seconds: float) -> None:
        """Let the rights on a new service lag behind for a while."""
        if seconds > 0:
            self.propagating_until[service_id] = monotonic() + seconds

    def remove_service(self, service_id: int) -> None:
        """Remove a service, its clients and tokens, and all that is known of it."""
        for known in (
            self.services,
            self.clients,
            self.tokens,
            self.granted,
            self.owners,
            self.propagating_until,
        ):
            known.pop(service_id, None)

    def visible_services(self, token: ApiToken) -> Iterator[tuple[int, JsonDict]]:
        """The services that a token can see here, oldest first."""
        for service_id, service in list(self.services.items()):
            if self.can_see(token, service_id):
                yield service_id, service

    def can_see(self, token: ApiToken, service_id: int) -> bool:
        return (
            service_id in self.services
            and self.owner(service_id) == token.organization
            and token.service_id in (None, service_id)
            and self.has_propagated(service_id)
        )

    def get_service(self, token: ApiToken, service_id: str, permission: str) -> JsonDict:
        """The service, for a token with that right on it.

        Raises `Refusal`, 403 A457101; a service that is not here, or that is
        another's, looks the same.
        """
        whole = service_id.isascii() and service_id.isdecimal() and len(service_id) < 20
        number = int(service_id) if whole else -1
        if not self.can_see(token, number) or not token.has_permission(permission):
            raise access_denied(permission.upper(), service_id)
        return self.services[number]

    def known_fields(self, document: JsonDict) -> set[str]:
        """The members beyond the spec that an update of ``document`` may carry."""
        return self.newer | set(document)


class SandboxState:
    """All regions, and who may come in."""

    def __init__(self, regions: tuple[str, ...] = tuple(SERVER_IDS)) -> None:
        self.regions = {
            name: SandboxRegion(name, SERVER_IDS.get(name, 90_000 + at))
            for at, name in enumerate(regions)
        }
        self.organizations: dict[int, SandboxOrganization] = {}
        self.tokens: dict[str, ApiToken] = {}
        self.idp_url = "https://login.authlete.com"
        self.locked_refused = False  # whether locked clients are out of reach
        self.revoked_linger = False  # whether a revoked token stays in the list
        self.action_statuses = False  # whether a failed action has its status as well
        self.deleted_told = False  # whether deleting a hardware key says what it was
        self.half_deleted = False  # whether its record then stays
        self.without_hsm: set[str] = set()  # regions whose servers have no such keys
        self.forgetful: set[str] = set()  # regions that remember no granted scopes
        self.batching = BatchSettings()
        self.window = 0.0  # seconds in which a new service is not seen by all

    def organization(
        self, slug: str, name: str = "", plan: str = "ENTERPRISE", number: int = 0
    ) -> int:
        """Found an organization and return its number; the first one is 1."""
        number = number or len(self.organizations) + 1
        self.organizations[number] = SandboxOrganization(number, slug, name or slug, plan)
        return number

    def accept(self, token: ApiToken) -> ApiToken:
        """Take a token from now on."""
        self.tokens[token.value] = token
        return token

    def authenticate(self, value: str, region: str | None) -> ApiToken:
        """The token; raises `Refusal`, 401 A458101, for one that does not work.

        ``region`` is None at the IdP, which knows the tokens of all of them.
        """
        token = self.tokens.get(value)
        if token is None or token.state != "active" or not token.is_accepted_in(region):
            raise ApiResponseError(401, "A458101", "The API access token is invalid.")
        return token

    def count_services(self, organization: int) -> int:
        """How many services an organization holds, in all regions together."""
        return sum(
            region.owner(number) == organization
            for region in self.regions.values()
            for number in region.services
        )


def now_milliseconds() -> int:
    """Milliseconds since 1970."""
    return int(time() * 1000)

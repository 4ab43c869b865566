"""One client in a list: as it is now, or as it was last seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from console.clients.words import GRANTS, METHODS, SOURCES, TYPES
from console.editing.known import hosts_of
from tenants.authlete.documents.client import Client
from tenants.authlete.reading import storable
from tenants.authlete.times import time_of

INDEX = (
    "region",
    "service_id",
    "client_id",
    "name",
    "alias",
    "client_type",
    "auth_method",
    "source",
    "grants",
    "hosts",
    "locked",
    "modified_at",
    "created_at",
    "seen_at",
)
HOSTS = 2  # redirect hosts that a row shows
BY_HAND = "STATIC_REGISTRATION"


@dataclass(frozen=True, slots=True)
class Row:
    region: str
    service_id: int
    client_id: int
    name: str
    alias: str  # the client ID that the application sends
    client_type: str = ""
    auth_method: str = ""
    source: str = ""
    grants: Sequence[str] = ()
    hosts: Sequence[str] = ()
    locked: bool = False
    modified_at: int = 0  # milliseconds since 1970
    created_at: int = 0  # milliseconds since 1970
    seen_at: datetime | None = None  # None: this moment
    service: str = ""  # its name
    stale: bool = False  # its service did not answer when it was asked last

    @classmethod
    def of(cls, region: str, service_id: int, client: Client) -> Self:
        return cls(
            region,
            service_id,
            client.client_id,
            storable(client.client_name),
            storable(client.alias),
            client.client_type,
            client.auth_method,
            client.source,
            client.grant_types,
            hosts_of(client),
            client.is_locked,
            client.modified_at,
            client.created_at,
        )

    @classmethod
    def known(cls, values: tuple[Any, ...], service: str, *, stale: bool) -> Self:
        """From the columns ``INDEX`` of `KnownClient`."""
        told = dict(zip(INDEX, values, strict=True))
        words = {name: told[name].split() for name in ("grants", "hosts")}
        return cls(**{**told, **words}, service=service, stale=stale)

    @property
    def title(self) -> str:
        return self.name or self.alias

    @property
    def place(self) -> str:
        """Names it among all: region, service and id."""
        return f"{self.region}/{self.service_id}/{self.client_id}"

    @property
    def is_limited(self) -> bool:
        """Whether the credential was shown hardly more than a name."""
        return not self.created_at and not self.auth_method

    @property
    def type_words(self) -> str:
        return str(TYPES.get(self.client_type) or self.client_type or "–")

    @property
    def auth_words(self) -> str:
        return str(METHODS.get(self.auth_method) or self.auth_method)

    @property
    def source_words(self) -> str:
        return str(SOURCES.get(self.source) or self.source)

    @property
    def grant_words(self) -> str:
        return ", ".join(str(GRANTS.get(one) or one) for one in self.grants)

    @property
    def foreign(self) -> str:
        """How it came to be, where that was not by hand: it may change by itself."""
        return "" if self.source in ("", BY_HAND) else self.source_words

    @property
    def first_hosts(self) -> Sequence[str]:
        return self.hosts[:HOSTS]

    @property
    def more_hosts(self) -> int:
        return max(0, len(self.hosts) - HOSTS)


def moment(milliseconds: int) -> str:
    """A time of Authlete's as ISO 8601 has it; nothing where there is none."""
    found = time_of(milliseconds)
    return found.isoformat(timespec="milliseconds") if found else ""

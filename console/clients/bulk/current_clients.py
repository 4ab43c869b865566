"""Read the current state of many clients, and count their active tokens."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from console.web.access import Member
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.fanout import gather
from tenants.authlete.listing import list_all_clients
from tenants.authlete.object_ref import ObjectRef

MAX_SINGLE_READS = 50  # clients that are read one by one; more are read with their whole lists
MAX_TOKEN_COUNTS = 100  # clients of which the tokens are counted, a call each

type FetchedClient = Client | AuthleteError | None  # None: deleted


class HasClientRef(Protocol):
    """Anything that names a client."""

    @property
    def region(self) -> str: ...
    @property
    def service_id(self) -> int: ...
    @property
    def client_id(self) -> int: ...


def client_ref(one: HasClientRef) -> ObjectRef:
    """Return the reference of the client that ``one`` names."""
    return ObjectRef(one.region, one.service_id, one.client_id)


class RegionApis:
    """The API clients of regions, each connected once."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._apis: dict[str, AuthleteClient | AuthleteError] = {}

    def __getitem__(self, region: str) -> AuthleteClient | AuthleteError:
        if region not in self._apis:
            try:
                self._apis[region] = self._member.connect(region)
            except AuthleteError as error:
                self._apis[region] = error
        return self._apis[region]

    def pairs_for(self, keys: Sequence[ObjectRef]) -> Iterator[tuple[ObjectRef, AuthleteClient]]:
        """Yield the keys whose region is connected, with the API client."""
        for place in keys:
            door = self[place[0]]
            if isinstance(door, AuthleteClient):
                yield place, door


def fetch_clients(member: Member, keys: Sequence[ObjectRef]) -> Mapping[ObjectRef, FetchedClient]:
    """Fetch each client, or the reason why it can't be read."""
    doors = RegionApis(member)
    found: dict[ObjectRef, FetchedClient] = {
        place: door for place in keys if isinstance(door := doors[place[0]], AuthleteError)
    }
    there = list(doors.pairs_for(keys))
    if len(keys) <= MAX_SINGLE_READS:
        return found | dict(_fetch_each(there))
    return found | dict(_fetch_lists(there))


def _fetch_each(
    pairs: Sequence[tuple[ObjectRef, AuthleteClient]],
) -> Iterator[tuple[ObjectRef, FetchedClient]]:
    replies = gather(
        (door, door.service(service).client(client).get) for (_, service, client), door in pairs
    )
    for (place, _), reply in zip(pairs, replies, strict=True):
        is_gone = isinstance(reply, NotFoundError) and reply.is_from_authlete
        yield place, None if is_gone else reply


def _fetch_lists(
    pairs: Sequence[tuple[ObjectRef, AuthleteClient]],
) -> Iterator[tuple[ObjectRef, FetchedClient]]:
    services = {place[:2]: door for place, door in pairs}
    lists = list_all_clients([(door, number) for (_, number), door in services.items()])
    by_service = dict(zip(services, lists, strict=True))
    for place, _ in pairs:
        listed = by_service[place[:2]]
        yield place, listed.items_by_id.get(place[2], listed.error)


def count_tokens_by_client(member: Member, keys: Sequence[ObjectRef]) -> Mapping[ObjectRef, int]:
    """Count the active tokens of each client; failed counts are left out."""
    there = list(RegionApis(member).pairs_for(keys[:MAX_TOKEN_COUNTS]))
    counts = gather(
        (door, partial(door.service(service).tokens.count, client))
        for (_, service, client), door in there
    )
    return {
        place: count
        for (place, _), count in zip(there, counts, strict=True)
        if not isinstance(count, AuthleteError)
    }

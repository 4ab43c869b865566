"""Reading many clients as they are now, and counting what lives by them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from console.access import Member
from tenants.authlete import Authlete
from tenants.authlete.api import clients, tokens
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError, NotFound
from tenants.authlete.listing import all_clients
from tenants.authlete.many import Ask, each

FEW = 50  # clients that are read one by one; more are read with their whole lists
COUNTED = 100  # clients of which the tokens are counted, a call each

type Place = tuple[str, int, int]  # region, service, client
type Found = Client | AuthleteError | None  # None: it is there no more


class Placed(Protocol):
    @property
    def region(self) -> str: ...
    @property
    def service_id(self) -> int: ...
    @property
    def client_id(self) -> int: ...


def place_of(one: Placed) -> Place:
    return one.region, one.service_id, one.client_id


class Doors:
    """The ways to the regions, each opened once."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._doors: dict[str, Authlete | AuthleteError] = {}

    def __getitem__(self, region: str) -> Authlete | AuthleteError:
        if region not in self._doors:
            try:
                self._doors[region] = self._member.connect(region)
            except AuthleteError as error:
                self._doors[region] = error
        return self._doors[region]

    def to(self, places: Sequence[Place]) -> Iterator[tuple[Place, Authlete]]:
        """Those of ``places`` that there is a way to."""
        for place in places:
            door = self[place[0]]
            if isinstance(door, Authlete):
                yield place, door


def read(member: Member, places: Sequence[Place]) -> Mapping[Place, Found]:
    """Each client as it is now, or why it cannot be told."""
    doors = Doors(member)
    found: dict[Place, Found] = {
        place: door
        for place in places
        if isinstance(door := doors[place[0]], AuthleteError)
    }
    there = list(doors.to(places))
    if len(places) <= FEW:
        return found | dict(_one_by_one(there))
    return found | dict(_by_lists(there))


def _one_by_one(
    there: Sequence[tuple[Place, Authlete]],
) -> Iterator[tuple[Place, Found]]:
    asks: list[Ask] = [
        (door, {"service_id": service, "client_id": client}, {})
        for (_, service, client), door in there
    ]
    replies = each(clients.GET, asks)
    for (place, _), reply in zip(there, replies, strict=True):
        is_gone = isinstance(reply, NotFound) and reply.is_told
        yield place, None if is_gone else reply


def _by_lists(
    there: Sequence[tuple[Place, Authlete]],
) -> Iterator[tuple[Place, Found]]:
    services = {place[:2]: door for place, door in there}
    lists = all_clients([(door, number) for (_, number), door in services.items()])
    by_service = dict(zip(services, lists, strict=True))
    for place, _ in there:
        listed = by_service[place[:2]]
        yield place, listed.found.get(place[2], listed.error)


def live_tokens(member: Member, places: Sequence[Place]) -> Mapping[Place, int]:
    """How many tokens of each are live; left out where that was not counted."""
    there = list(Doors(member).to(places[:COUNTED]))
    asks: list[Ask] = [
        (
            door,
            {"service_id": service},
            {"clientIdentifier": client, "tokenStatus": "VALID", "start": 0, "end": 0},
        )
        for (_, service, client), door in there
    ]
    return {
        place: reply.total_count
        for (place, _), reply in zip(there, each(tokens.LIST, asks), strict=True)
        if not isinstance(reply, AuthleteError)
    }

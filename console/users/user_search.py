"""Asking every service of every region at once what may act for a subject.

Services that were seen before are asked while the regions list theirs, and those that
are new right after. Each app that comes up is asked at once for what it holds, whatever
others are still being waited for. What does not answer is told as not checked, never as
empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import time
from typing import Any

from console.forms.scope_descriptions import scope_descriptions
from console.inventory.index import index_services
from console.models import KnownService
from console.users.connected_apps import (
    CheckedService,
    ConnectedApp,
    GrantedScopes,
    RegionResult,
    UncheckedItem,
    missing_apps_error,
)
from console.users.waves import Call, flow, wave
from console.web.access import Member
from tenants.authlete import AuthleteClient
from tenants.authlete.api import grants, services, tokens
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.tokens import IssuedToken, TokenStatus
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import PAGE_SIZE, list_all_services
from tenants.organizations.regions import Region

TIMEOUT_SECONDS = 6.0  # for one step; what hangs holds up the others no longer
MAX_APPS_PER_SERVICE = 100  # of one service that are asked for
MAX_TOKENS_PER_APP = 200  # tokens of one app that are looked at


@dataclass(slots=True)
class _Asking:
    """One region that is being asked."""

    door: AuthleteClient
    subject: str
    told: RegionResult
    known: Mapping[int, str]  # services that were seen before, by id
    listed: dict[int, Service] = field(default_factory=dict)
    described: dict[int, Service] | None = None  # with their scopes, once asked for
    allowed: dict[int, list[ConnectedApp] | AuthleteError] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=dict)  # apps, by Authlete's count

    def calls(self) -> Iterator[Call]:
        # Names are enough until an app comes up; with them most searches end.
        what = {"start": 0, "end": PAGE_SIZE, "limited": "true"}
        yield Call(self.door, services.LIST, what=what, then=self._list)
        for number in self.known:
            yield self.ask(number)

    def tell(self) -> None:
        """Put together what was answered, in the order in which it was asked."""
        for number in dict.fromkeys([*self.known, *self.listed]):
            if number not in self.listed and not self.told.error:
                continue  # it is gone
            place, apps = self.place(number), self.allowed[number]
            if isinstance(apps, AuthleteError):
                self.told.unchecked.append(UncheckedItem(place, apps))
                continue
            self.told.services.append(place)
            if (counted := self.counted[number]) > len(apps):
                error = missing_apps_error(counted, len(apps))
                self.told.unchecked.append(UncheckedItem(place, error))
            for app in apps:
                app.service = place
            self.told.apps += apps

    def place(self, number: int) -> CheckedService:
        service = self.listed.get(number)
        name = service.service_name if service else self.known.get(number, "")
        if self.described and number in self.described:
            scopes = scope_descriptions(self.described[number])
            return CheckedService(self.told.region, number, name, scopes)
        return CheckedService(self.told.region, number, name)

    def _list(self, page: Any) -> Iterator[Call]:
        """The services of a region; should there be many, all of them."""
        if isinstance(page, AuthleteError):
            self.told.error = page
            return
        listed, total = list(page.services or ()), page.total_count
        if total > len(listed):
            whole = list_all_services([self.door], TIMEOUT_SECONDS)[0]
            listed, self.told.error = whole.items, whole.error
            self.described = {service.api_key: service for service in listed}
        self.listed = {service.api_key: service for service in listed}
        for number in self.listed:
            if number not in self.known:
                yield self.ask(number)

    def ask(self, number: int) -> Call:
        """Which apps of a service the subject has allowed."""
        return Call(
            self.door,
            grants.LIST_POST,
            {"service_id": number},
            {"subject": self.subject, "start": 0, "end": MAX_APPS_PER_SERVICE},
            self.place(number).name,
            partial(self._apps, number),
        )

    def _apps(self, number: int, reply: Any) -> Iterator[Call]:
        if isinstance(reply, AuthleteError):
            self.allowed[number] = reply
            return
        place, now = self.place(number), int(time() * 1000)
        apps = [ConnectedApp(place, client, now) for client in reply.clients or ()]
        self.allowed[number], self.counted[number] = apps, reply.total_count
        if apps and self.described is None:
            self.described = {}
            what = {"start": 0, "end": PAGE_SIZE}
            yield Call(self.door, services.LIST, what=what, then=self._describe)
        for app in apps:
            yield from _held(self.door, app, self.subject)

    def _describe(self, page: Any) -> Sequence[Call]:
        """What scopes are for is told where the services say so, and else is not."""
        if not isinstance(page, AuthleteError) and not self.described:
            self.described = {one.api_key: one for one in page.services or ()}
        return ()


def find_user(member: Member, subject: str, region: str = "") -> list[RegionResult]:
    """What each region tells, in their order, or ``region`` alone."""
    found = [RegionResult(one) for one in member.regions() if region in ("", one.name)]
    known = _indexed_services(member)
    asking = []
    for told in found:
        try:
            door = member.connect(told.region.name)
        except AuthleteError as error:
            told.error = error
        else:
            asking.append(_Asking(door, subject, told, known.get(told.region.name, {})))
    flow((call for one in asking for call in one.calls()), TIMEOUT_SECONDS)
    whole = {
        one.told.region.name: list(one.listed.values()) for one in asking if not one.told.error
    }
    index_services(member.organization, whole)
    for one in asking:
        one.tell()
    for told in found:
        told.apps.sort(key=lambda app: (not app.live_count, app.name.casefold()))
    return found


def load_app(
    member: Member, subject: str, region: Region, service_id: int, client_id: int
) -> ConnectedApp:
    """One app, with or without tokens. Raises an `AuthleteError` where the service
    does not say whether it has any."""
    door = member.connect(region.name)
    known = _indexed_services(member).get(region.name, {})
    one = _Asking(door, subject, RegionResult(region), known)
    service = Call(door, services.GET, {"service_id": service_id})
    found, allowed = wave([service, one.ask(service_id)], TIMEOUT_SECONDS)
    if isinstance(allowed, AuthleteError):
        raise allowed
    if isinstance(found, Service):
        one.listed = one.described = {service_id: found}
    clients = {client.client_id: client for client in allowed.clients or ()}
    nobody = Client.model_validate({"clientId": client_id})
    client = clients.get(client_id, nobody)
    app = ConnectedApp(one.place(service_id), client, int(time() * 1000))
    flow(_held(door, app, subject), TIMEOUT_SECONDS)
    return app


def _indexed_services(member: Member) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    rows = KnownService.objects.filter(organization=member.organization)
    for region, number, name in rows.values_list("region", "service_id", "name"):
        found.setdefault(region, {})[number] = name
    return found


def _held(door: AuthleteClient, app: ConnectedApp, subject: str) -> Iterator[Call]:
    """What an app holds: its tokens, and the scopes that are remembered."""
    pages: dict[int, Sequence[IssuedToken]] = {}

    def listed(start: int) -> Call:
        what = {
            "clientIdentifier": app.client.client_id,
            "subject": subject,
            "start": start,
            "end": start + tokens.MAX_PAGE_SIZE,
            "tokenStatus": TokenStatus.ALL.value,
        }
        then = partial(take, start)
        return Call(door, tokens.LIST, _places(app), what, app.name, then)

    def take(start: int, reply: Any) -> Iterator[Call]:
        if isinstance(reply, AuthleteError):
            app.tokens_error = reply
            return
        app.token_count, pages[start] = reply.total_count, reply.access_tokens or ()
        app.tokens = [token for at in sorted(pages) for token in pages[at]]
        if not start:
            rest = range(
                len(app.tokens),
                min(app.token_count, MAX_TOKENS_PER_APP),
                tokens.MAX_PAGE_SIZE,
            )
            yield from map(listed, rest)

    yield listed(0)
    yield Call(
        door,
        grants.GET_SCOPES_POST,
        _places(app),
        {"subject": subject},
        app.name,
        partial(_granted, app),
    )


def _places(app: ConnectedApp) -> dict[str, int]:
    """For the record as well: no path of the list of tokens has the client."""
    return {"service_id": app.service.service_id, "client_id": app.client.client_id}


def _granted(app: ConnectedApp, reply: Any) -> Sequence[Call]:
    if isinstance(reply, AuthleteError):
        app.scopes_error = reply
    elif reply.merged_granted_scopes is not None:
        app.granted_scopes = GrantedScopes(reply.merged_granted_scopes, reply.modified_at)
    return ()

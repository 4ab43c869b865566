"""Asking every service of every region at once what may act for a subject.

Services that were seen before are asked while the regions list theirs, and those that
are new right after. Then each app that came up is asked for what it holds. What does
not answer is told as not checked, never as empty.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any

from console.access import Member
from console.editing.known import remember_services
from console.models import KnownService
from console.scopes import scopes_of
from console.subjects.apps import App, Granted, Place, Told, Unchecked
from console.subjects.waves import Call, wave
from tenants.authlete import Authlete
from tenants.authlete.api import grants, services, tokens
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.tokens import TokenStatus
from tenants.authlete.errors import AuthleteError, Unreadable
from tenants.authlete.listing import PAGE, all_services
from tenants.regions import Region

SECONDS = 6.0  # for one step; what hangs holds up the others no longer
APPS = 100  # of one service that are asked for
MOST = 200  # tokens of one app that are looked at


@dataclass(slots=True)
class _Asking:
    """One region that is being asked."""

    door: Authlete
    told: Told
    known: Mapping[int, str]  # services that were seen before, by id
    listed: dict[int, Service] = field(default_factory=dict)

    def place(self, number: int) -> Place:
        service = self.listed.get(number)
        if service is None:
            return Place(self.told.region, number, self.known.get(number, ""))
        return Place(self.told.region, number, service.service_name, scopes_of(service))


def asked(member: Member, subject: str, region: str = "") -> list[Told]:
    """What each region tells, in their order, or ``region`` alone."""
    found = [Told(one) for one in member.regions() if region in ("", one.name)]
    known = _known(member)
    asking = []
    for told in found:
        try:
            door = member.connect(told.region.name)
        except AuthleteError as error:
            told.error = error
        else:
            asking.append(_Asking(door, told, known.get(told.region.name, {})))
    apps = _apps(member, asking, subject)
    _fill(apps, subject)
    for told in found:
        told.apps.sort(key=lambda app: (not app.live, app.name.casefold()))
    return found


def asked_app(
    member: Member, subject: str, region: Region, service_id: int, client_id: int
) -> App:
    """One app, with or without tokens. Raises an `AuthleteError` where the service
    does not say whether it has any."""
    door = member.connect(region.name)
    one = _Asking(door, Told(region), _known(member).get(region.name, {}))
    service = Call(door, services.GET, {"service_id": service_id})
    found, allowed = wave([service, _allowed(one, service_id, subject)], SECONDS)
    if isinstance(allowed, AuthleteError):
        raise allowed
    if isinstance(found, Service):
        one.listed[service_id] = found
    clients = {client.client_id: client for client in allowed.clients or ()}
    nobody = Client.model_validate({"clientId": client_id})
    client = clients.get(client_id, nobody)
    app = App(one.place(service_id), client, int(time() * 1000))
    _fill([(door, app)], subject)
    return app


def _known(member: Member) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for one in KnownService.objects.filter(organization=member.organization):
        found.setdefault(one.region, {})[one.service_id] = one.name
    return found


def _apps(
    member: Member, asking: list[_Asking], subject: str
) -> list[tuple[Authlete, App]]:
    """The apps of all services, not filled yet."""
    first = [
        Call(one.door, services.LIST, what={"start": 0, "end": PAGE}) for one in asking
    ]
    seen = [(one, number) for one in asking for number in one.known]
    replies = wave([*first, *(_allowed(*one, subject) for one in seen)], SECONDS)
    for one, reply in zip(asking, replies, strict=False):
        _take(one, reply)
    whole = {
        one.told.region.name: list(one.listed.values())
        for one in asking
        if not one.told.error
    }
    remember_services(member.organization, whole)
    new = [(one, n) for one in asking for n in one.listed if n not in one.known]
    replies = replies[len(asking) :] + wave(
        [_allowed(*place, subject) for place in new], SECONDS
    )
    now = int(time() * 1000)
    found = []
    for (one, number), reply in zip([*seen, *new], replies, strict=True):
        if number not in one.listed and not one.told.error:
            continue  # it is gone
        place = one.place(number)
        if isinstance(reply, AuthleteError):
            one.told.unchecked.append(Unchecked(place, reply))
            continue
        one.told.places.append(place)
        apps = [App(place, client, now) for client in reply.clients or ()]
        if reply.total_count > len(apps):
            error = Unreadable(
                f"It counts {reply.total_count} apps and showed {len(apps)}."
            )
            one.told.unchecked.append(Unchecked(place, error))
        one.told.apps += apps
        found += [(one.door, app) for app in apps]
    return found


def _take(one: _Asking, page: Any) -> None:
    """The services of a region; should there be many, all of them."""
    if isinstance(page, AuthleteError):
        one.told.error = page
        return
    listed, total = list(page.services or ()), page.total_count
    if total > len(listed):
        whole = all_services([one.door], SECONDS)[0]
        listed, one.told.error = whole.all, whole.error
    one.listed = {service.api_key: service for service in listed}


def _allowed(one: _Asking, number: int, subject: str) -> Call:
    """Which apps of a service the subject has allowed."""
    return Call(
        one.door,
        grants.LIST_POST,
        {"service_id": number},
        {"subject": subject, "start": 0, "end": APPS},
        one.place(number).name,
    )


def _fill(apps: list[tuple[Authlete, App]], subject: str) -> None:
    """What each app holds: its tokens, and the scopes that are remembered."""
    calls = [call for door, app in apps for call in _held(door, app, subject)]
    replies = iter(wave(calls, SECONDS))
    for _, app in apps:
        _tokens(app, next(replies))
        _granted(app, next(replies))
    rest = [(app, call) for door, app in apps for call in _rest(door, app, subject)]
    more = wave([call for _, call in rest], SECONDS)
    for (app, _), reply in zip(rest, more, strict=True):
        _tokens(app, reply)


def _held(door: Authlete, app: App, subject: str) -> Iterator[Call]:
    yield _listed(door, app, subject, 0)
    yield Call(
        door, grants.GET_SCOPES_POST, _places(app), {"subject": subject}, app.name
    )


def _rest(door: Authlete, app: App, subject: str) -> Iterator[Call]:
    for start in range(len(app.tokens), min(app.total, MOST), tokens.MOST):
        yield _listed(door, app, subject, start)


def _listed(door: Authlete, app: App, subject: str, start: int) -> Call:
    what = {
        "clientIdentifier": app.client.client_id,
        "subject": subject,
        "start": start,
        "end": start + tokens.MOST,
        "tokenStatus": TokenStatus.ALL.value,
    }
    return Call(door, tokens.LIST, _places(app), what, app.name)


def _places(app: App) -> dict[str, int]:
    """For the record as well: no path of the list of tokens has the client."""
    return {"service_id": app.place.service_id, "client_id": app.client.client_id}


def _tokens(app: App, reply: Any) -> None:
    if isinstance(reply, AuthleteError):
        app.tokens_error = reply
        return
    app.total = reply.total_count
    app.tokens += reply.access_tokens or ()


def _granted(app: App, reply: Any) -> None:
    if isinstance(reply, AuthleteError):
        app.granted_error = reply
    elif reply.merged_granted_scopes is not None:
        app.granted = Granted(reply.merged_granted_scopes, reply.modified_at)

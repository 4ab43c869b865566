"""Clients of a service on a cluster."""

from random import SystemRandom
from secrets import token_urlsafe

from tenants.sandbox import aliases, sectors, values
from tenants.sandbox.client_checks import check
from tenants.sandbox.client_fields import CLIENT
from tenants.sandbox.context import Context
from tenants.sandbox.documents import Kind
from tenants.sandbox.errors import Refusal
from tenants.sandbox.paging import span
from tenants.sandbox.shapes import body_of, shaped
from tenants.sandbox.state import Region, now
from tenants.sandbox.wire import Answer, Members, answer

KIND = Kind(CLIENT, check)
METADATA = 65_535  # characters of custom metadata
PLANS = {"FREE": 20}  # clients a service; nobody has told how many it really is
_random = SystemRandom()


def get(context: Context) -> Answer:
    service = context.service("view_client")
    return answer(KIND.shown(by_id(context, service)))


def get_list(context: Context) -> Answer:
    service = context.service("view_client")
    start, end = span(context.request, "A028")
    full = context.token.may("view_service") and not context.request.flag("limited")
    found = list(context.region.clients[service["apiKey"]].values())
    if developer := context.request.query.get("developer"):
        found = [one for one in found if one.get("developer") == developer]
    page: Members = {"start": start, "end": end, "totalCount": len(found)}
    if end > start:
        page["clients"] = [KIND.shown(one, full=full) for one in found[start:end]]
    return answer(page)


def create(context: Context) -> Answer:
    service = context.service("create_client")
    body = body_of(context.request, CLIENT, forms=False)
    region = context.region
    _within_limits(context, service, body)
    at = now()
    base = _made(region, service, at)
    if developer := body.get("developer"):
        base["developer"] = shaped("developer", "text", developer, frozenset())
        values.ascii_only("developer", base["developer"])
    client = _replaced(region, service, base, body, "A123")
    client["modifiedAt"] = at
    region.clients[service["apiKey"]][client["clientId"]] = client
    _count(region, service)
    return answer(KIND.shown(client), 201)


def _made(region: Region, service: Members, at: int) -> Members:
    """What the server alone says of a new client."""
    mine = region.clients[service["apiKey"]]
    client_id = _random.randrange(10**9, 10**13)
    while any(client_id in theirs for theirs in region.clients.values()):
        client_id = _random.randrange(10**9, 10**13)
    return {
        "number": max((one.get("number", 0) for one in mine.values()), default=0) + 1,
        "serviceNumber": service.get("number", 0),
        "clientId": client_id,
        "clientSecret": token_urlsafe(64),
        "clientIdAliasEnabled": True,
        "clientSource": "STATIC_REGISTRATION",
        "createdAt": at,
    }


def update(context: Context) -> Answer:
    """The whole client is replaced; there is no other kind of update."""
    service = context.service("modify_client")
    client = by_id(context, service)
    body = body_of(context.request, CLIENT)
    new = _replaced(context.region, service, client, body, "A030")
    context.region.clients[service["apiKey"]][client["clientId"]] = new
    return answer(KIND.shown(new))


def _replaced(
    region: Region, service: Members, base: Members, body: Members, family: str
) -> Members:
    """``base`` after a body that replaces it; the limits' codes are of ``family``."""
    mine = region.clients[service["apiKey"]]
    new = KIND.replaced(base, body, region.knows(base), now())
    taken, big = ("603", "604") if family == "A123" else ("601", "602")
    new["clientIdAlias"] = new.get("clientIdAlias") or str(new["clientId"])
    if aliases.taken(mine, new):
        raise Refusal(403, family + taken, "The client ID alias is in use.")
    if len(new.get("customMetadata", "")) > METADATA:
        raise Refusal(403, family + big, "'customMetadata' is too big.")
    sectors.check(region, new)
    if host := sectors.derived(new):
        new["derivedSectorIdentifier"] = host
    else:
        new.pop("derivedSectorIdentifier", None)
    if extension := new.get("extension"):
        new["extension"] = restricted(service, extension)
    return new


def restricted(service: Members, extension: Members) -> Members:
    """The extension without the scopes that the service does not know."""
    if (scopes := extension.get("requestableScopes")) is None:
        return extension
    known = {scope.get("name") for scope in service.get("supportedScopes", ())}
    return extension | {"requestableScopes": [one for one in scopes if one in known]}


def _within_limits(context: Context, service: Members, body: Members) -> None:
    mine = context.region.clients[service["apiKey"]]
    developer = body.get("developer")
    most = service.get("clientsPerDeveloper", 0)
    theirs = [one for one in mine.values() if one.get("developer") == developer]
    if developer and 0 < most <= len(theirs):
        raise Refusal(403, "A123601", "The developer may have no more clients.")
    owner = context.region.owner(service["apiKey"])
    home = context.state.organizations.get(owner or 0)
    if home and len(mine) >= PLANS.get(home.plan, 2**31):
        raise Refusal(403, "A123602", "The plan allows no more clients.")


def delete(context: Context) -> Answer:
    service = context.service("create_client")
    region = context.region
    client = by_id(context, service, "A026")
    client_id, service_id = client["clientId"], service["apiKey"]
    region.tokens[service_id] = [
        one for one in region.tokens[service_id] if one.client_id != client_id
    ]
    region.granted[service_id] = {
        pair: one
        for pair, one in region.granted[service_id].items()
        if pair[0] != client_id
    }
    del region.clients[service_id][client_id]
    region.gone.add(client_id)
    _count(region, service)
    return Answer(204)


def by_id(context: Context, service: Members, family: str = "") -> Members:
    """The client in the path, by its number or else by its alias.

    Raises `Refusal`, with a code of ``family`` or with the one of any operation.
    """
    region, name = context.region, context.places["client_id"]
    if not name.isascii() or not name.isdecimal():
        return by_identifier(context, service, name)
    number = int(name)
    client = region.clients[service["apiKey"]].get(number)
    if client is None:
        if any(number in theirs for theirs in region.clients.values()):
            code = f"{family}202" if family else "A001213"
            raise Refusal(403, code, "The client belongs to another service.")
        gone = "203" if number in region.gone else "201"
        code = f"{family}{gone}" if family else "A001212"
        raise Refusal(404, code, f"There is no client with the ID {number}.")
    if client.get("locked") and context.state.locked_refused:
        code = f"{family}204" if family else "A001215"
        raise Refusal(403, code, "The client is locked.")
    return client


def by_identifier(
    context: Context, service: Members, name: str, unknown: str = "A001218"
) -> Members:
    """The client of that number or alias; raises `Refusal`."""
    region = context.region
    mine = region.clients[service["apiKey"]]
    client = aliases.found(mine, name)
    if client is None:
        if any(aliases.found(one, name) for one in region.clients.values()):
            raise Refusal(403, "A001219", "The client belongs to another service.")
        raise Refusal(404, unknown, f"There is no client with the identifier {name}.")
    return client


def _count(region: Region, service: Members) -> None:
    """Note in the service how many clients it has, where it tells that at all."""
    count = str(len(region.clients[service["apiKey"]]))
    for pair in service.get("metadata", ()):
        if pair.get("key") == "clientCount":
            pair["value"] = count

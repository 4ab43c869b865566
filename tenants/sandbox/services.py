"""Services on a cluster."""

from random import SystemRandom

from tenants.sandbox.checks import check
from tenants.sandbox.context import Context
from tenants.sandbox.documents import Kind
from tenants.sandbox.errors import denied
from tenants.sandbox.paging import span
from tenants.sandbox.service_fields import SERVICE
from tenants.sandbox.shapes import body_of
from tenants.sandbox.state import Region, now
from tenants.sandbox.wire import Answer, Members, answer

KIND = Kind(SERVICE, check)
_random = SystemRandom()


def get(context: Context) -> Answer:
    service = context.service("view_client")
    return answer(KIND.shown(service, full=context.token.may("view_service")))


def get_list(context: Context) -> Answer:
    start, end = span(context.request, "A036")
    token = context.token
    if not token.may("view_client"):
        raise denied("VIEW_SERVICE")
    full = token.may("view_service") and not context.request.flag("limited")
    found = list(context.region.visible(token))
    page: Members = {"start": start, "end": end, "totalCount": len(found)}
    if end > start:
        page["services"] = [KIND.shown(one, full=full) for _, one in found[start:end]]
    return answer(page)


def update(context: Context) -> Answer:
    """The whole service is replaced; there is no other kind of update."""
    service = context.service("modify_service")
    body = body_of(context.request, SERVICE)
    known = context.region.knows(service)
    new = KIND.replaced(service, body, known, now())
    context.region.services[service["apiKey"]] = new
    return answer(KIND.shown(new))


def create(context: Context) -> Answer:
    """Make a service that belongs to no organization: api.md, section 5, the trap."""
    if not context.token.may("create_service"):
        raise denied("CREATE_SERVICE")
    made = founded(context.region, body_of(context.request, SERVICE), owner=None)
    return answer(KIND.shown(made), 201)


def delete(context: Context) -> Answer:
    """Refuse: no token of an organization has the right on the service itself."""
    raise denied("DELETE_SERVICE", context.places["service_id"])


def founded(
    region: Region, body: Members, owner: int | None, service_id: int | None = None
) -> Members:
    """Make a service and return it; raises `Refusal` when ``body`` cannot be."""
    while service_id is None or service_id in region.services:
        service_id = _random.randrange(10**9, 10**13)
    at = now()
    base: Members = {
        "number": _random.randrange(10_000, 2**31),
        "apiKey": service_id,
        "apiSecret": f"{_random.getrandbits(256):043x}",
        "serviceOwnerNumber": owner or 0,
        "clientIdAliasEnabled": True,
        "metadata": [{"key": "clientCount", "value": "0"}],
        "createdAt": at,
        "modifiedAt": at - 1,
    }
    usual = {
        "accessTokenDuration": 86_400,
        "refreshTokenDuration": 864_000,
        "idTokenDuration": 86_400,
        "accessTokenType": "Bearer",
    }
    service = KIND.replaced(base, usual | body, region.newer, at)
    region.services[service_id] = service
    region.owners[service_id] = owner
    return service

"""Services on a cluster."""

from random import SystemRandom

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.errors import access_denied
from tenants.sandbox.http_messages import JsonDict, SandboxResponse, json_response
from tenants.sandbox.request_parsing import parse_body, parse_range
from tenants.sandbox.schema.documents import DocumentType
from tenants.sandbox.schema.service import SERVICE_FIELDS, validate_service
from tenants.sandbox.state import SandboxRegion, now_milliseconds

SERVICE_DOCUMENT = DocumentType(SERVICE_FIELDS, validate_service)
_random = SystemRandom()


def get(context: SandboxContext) -> SandboxResponse:
    service = context.get_service("view_client")
    return json_response(
        SERVICE_DOCUMENT.render(service, full=context.token.has_permission("view_service"))
    )


def get_list(context: SandboxContext) -> SandboxResponse:
    start, end = parse_range(context.request, "A036")
    token = context.token
    if not token.has_permission("view_client"):
        raise access_denied("VIEW_SERVICE")
    full = token.has_permission("view_service") and not context.request.get_flag("limited")
    found = list(context.region.visible_services(token))
    page: JsonDict = {"start": start, "end": end, "totalCount": len(found)}
    if end > start:
        page["services"] = [SERVICE_DOCUMENT.render(one, full=full) for _, one in found[start:end]]
    return json_response(page)


def update(context: SandboxContext) -> SandboxResponse:
    """The whole service is replaced; there is no other kind of update."""
    service = context.get_service("modify_service")
    body = parse_body(context.request, SERVICE_FIELDS)
    known = context.region.known_fields(service)
    new = SERVICE_DOCUMENT.replace(service, body, known, now_milliseconds())
    context.region.services[service["apiKey"]] = new
    return json_response(SERVICE_DOCUMENT.render(new))


def create(context: SandboxContext) -> SandboxResponse:
    """Make a service that belongs to no organization: Authlete facts, 5, the trap."""
    if not context.token.has_permission("create_service"):
        raise access_denied("CREATE_SERVICE")
    made = add_service(context.region, parse_body(context.request, SERVICE_FIELDS), owner=None)
    return json_response(SERVICE_DOCUMENT.render(made), 201)


def delete(context: SandboxContext) -> SandboxResponse:
    """Refuse: no token of an organization has the right on the service itself."""
    raise access_denied("DELETE_SERVICE", context.path_params["service_id"])


def add_service(
    region: SandboxRegion,
    body: JsonDict,
    owner: int | None,
    service_id: int | None = None,
) -> JsonDict:
    """Make a service and return it; raises `Refusal` when ``body`` cannot be."""
    while service_id is None or service_id in region.services:
        service_id = _random.randrange(10**9, 10**13)
    at = now_milliseconds()
    base: JsonDict = {
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
    service = SERVICE_DOCUMENT.replace(base, usual | body, region.newer, at)
    region.services[service_id] = service
    region.owners[service_id] = owner
    return service

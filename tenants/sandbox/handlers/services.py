"""Services of a cluster, and its state."""

from random import SystemRandom

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import JsonDict, SandboxResponse, access_denied, json_response
from tenants.sandbox.request_parsing import parse_body, parse_range
from tenants.sandbox.schema.documents import DocumentType
from tenants.sandbox.schema.service import SERVICE_FIELDS, validate_service
from tenants.sandbox.state import SandboxRegion, now_milliseconds

SERVICE_DOCUMENT = DocumentType(SERVICE_FIELDS, validate_service)
_random = SystemRandom()


def get(context: SandboxContext) -> SandboxResponse:
    """Return a service."""
    service = context.get_service("view_client")
    return json_response(
        SERVICE_DOCUMENT.render(service, full=context.token.has_permission("view_service"))
    )


def get_list(context: SandboxContext) -> SandboxResponse:
    """Return a page of services."""
    start, end = parse_range(context.request, "A036")
    token = context.token
    if not token.has_permission("view_client"):
        raise access_denied("VIEW_SERVICE")
    full = token.has_permission("view_service") and not context.request.get_flag("limited")
    services = list(context.region.visible_services(token))
    page: JsonDict = {"start": start, "end": end, "totalCount": len(services)}
    if end > start:
        page["services"] = [
            SERVICE_DOCUMENT.render(service, full=full) for _, service in services[start:end]
        ]
    return json_response(page)


def update(context: SandboxContext) -> SandboxResponse:
    """Replace a whole service; there are no partial updates."""
    service = context.get_service("modify_service")
    body = parse_body(context.request, SERVICE_FIELDS)
    known = context.region.known_fields(service)
    new = SERVICE_DOCUMENT.replace(service, body, known, now_milliseconds())
    context.region.services[service["apiKey"]] = new
    return json_response(SERVICE_DOCUMENT.render(new))


def create(context: SandboxContext) -> SandboxResponse:
    """Create a service without an organization, as real clusters do.

    Nobody can access or delete it afterwards: services must be created through the IdP.
    """
    if not context.token.has_permission("create_service"):
        raise access_denied("CREATE_SERVICE")
    service = add_service(context.region, parse_body(context.request, SERVICE_FIELDS), owner=None)
    return json_response(SERVICE_DOCUMENT.render(service), 201)


def delete(context: SandboxContext) -> SandboxResponse:
    """Deny access: organization tokens can't delete services on a cluster."""
    raise access_denied("DELETE_SERVICE", context.path_params["service_id"])


def add_service(
    region: SandboxRegion, body: JsonDict, owner: int | None, service_id: int | None = None
) -> JsonDict:
    """Create a service and return it; raise `ApiResponseError` if ``body`` is invalid."""
    while service_id is None or service_id in region.services:
        service_id = _random.randrange(10**9, 10**13)
    now = now_milliseconds()
    base: JsonDict = {
        "number": _random.randrange(10_000, 2**31),
        "apiKey": service_id,
        "apiSecret": f"{_random.getrandbits(256):043x}",
        "serviceOwnerNumber": owner or 0,
        "clientIdAliasEnabled": True,
        "metadata": [{"key": "clientCount", "value": "0"}],
        "createdAt": now,
        "modifiedAt": now - 1,
    }
    usual = {
        "accessTokenDuration": 86_400,
        "refreshTokenDuration": 864_000,
        "idTokenDuration": 86_400,
        "accessTokenType": "Bearer",
    }
    service = SERVICE_DOCUMENT.replace(base, usual | body, region.newer, now)
    region.services[service_id] = service
    region.owners[service_id] = owner
    return service


VERSION = "3.0.16"
FEATURES = {"ciba", "device_flow", "fapi", "federation", "hsm", "par", "vci"}


def info(context: SandboxContext) -> SandboxResponse:
    """Return version, features and cache statistics."""
    has_hsm = context.region.name not in context.state.without_hsm
    cache = {
        "hitCount": 40_961,
        "missCount": 212,
        "loadSuccessCount": 212,
        "loadFailureCount": 0,
        "totalLoadTime": 1_834_000_000,
        "evictionCount": 0,
        "evictionWeight": 0,
    }
    return json_response(
        {
            "version": VERSION,
            "features": sorted(FEATURES - (set() if has_hsm else {"hsm"})),
            "configuration": {"cluster": context.region.name},
            "serviceTokenCache": cache,
        }
    )


def echo(context: SandboxContext) -> SandboxResponse:
    """Return the query parameters."""
    return json_response(dict(context.request.query))


def healthcheck(context: SandboxContext) -> SandboxResponse:
    """Return OK as text; ``extended`` includes the database."""
    body = b"OK: database OK" if context.request.get_flag("extended") else b"OK"
    return SandboxResponse(200, body, {"Content-Type": "text/plain;charset=UTF-8"})

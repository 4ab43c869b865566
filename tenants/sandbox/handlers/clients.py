"""Clients of a service."""

from random import SystemRandom
from secrets import token_urlsafe

from tenants.sandbox import client_identifiers
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import ApiResponseError, JsonDict, SandboxResponse, json_response
from tenants.sandbox.request_parsing import convert_value, parse_body, parse_range
from tenants.sandbox.schema import fields
from tenants.sandbox.schema.client import CLIENT_FIELDS, validate_client
from tenants.sandbox.schema.documents import DocumentType
from tenants.sandbox.state import SandboxRegion, now_milliseconds

CLIENT_DOCUMENT = DocumentType(CLIENT_FIELDS, validate_client)
MAX_CUSTOM_METADATA_LENGTH = 65_535  # characters of custom metadata
MAX_CLIENTS_BY_PLAN = {"FREE": 20}  # per service; the real limit is undocumented
_random = SystemRandom()


def get(context: SandboxContext) -> SandboxResponse:
    """Return a client."""
    service = context.get_service("view_client")
    return json_response(CLIENT_DOCUMENT.render(get_client(context, service)))


def get_list(context: SandboxContext) -> SandboxResponse:
    """Return a page of clients."""
    service = context.get_service("view_client")
    start, end = parse_range(context.request, "A028")
    full = context.token.has_permission("view_service") and not context.request.get_flag("limited")
    clients = list(context.region.clients[service["apiKey"]].values())
    if developer := context.request.query.get("developer"):
        clients = [client for client in clients if client.get("developer") == developer]
    page: JsonDict = {"start": start, "end": end, "totalCount": len(clients)}
    if end > start:
        page["clients"] = [
            CLIENT_DOCUMENT.render(client, full=full) for client in clients[start:end]
        ]
    return json_response(page)


def create(context: SandboxContext) -> SandboxResponse:
    """Create a client."""
    service = context.get_service("create_client")
    body = parse_body(context.request, CLIENT_FIELDS, allow_forms=False)
    region = context.region
    _check_limits(context, service, body)
    now = now_milliseconds()
    base = _server_fields(region, service, now)
    if developer := body.get("developer"):
        base["developer"] = convert_value("developer", "text", developer, frozenset())
        fields.validate_ascii("developer", base["developer"])
    client = _replace(region, service, base, body, "A123")
    client["modifiedAt"] = now
    region.clients[service["apiKey"]][client["clientId"]] = client
    _update_client_count(region, service)
    return json_response(CLIENT_DOCUMENT.render(client), 201)


def _server_fields(region: SandboxRegion, service: JsonDict, created_at: int) -> JsonDict:
    """Return the fields that only the server sets on new clients."""
    own_clients = region.clients[service["apiKey"]]
    client_id = _random.randrange(10**9, 10**13)
    while any(client_id in other_clients for other_clients in region.clients.values()):
        client_id = _random.randrange(10**9, 10**13)
    return {
        "number": max((client.get("number", 0) for client in own_clients.values()), default=0) + 1,
        "serviceNumber": service.get("number", 0),
        "clientId": client_id,
        "clientSecret": token_urlsafe(64),
        "clientIdAliasEnabled": True,
        "clientSource": "STATIC_REGISTRATION",
        "createdAt": created_at,
    }


def update(context: SandboxContext) -> SandboxResponse:
    """Replace a whole client; there are no partial updates."""
    service = context.get_service("modify_client")
    client = get_client(context, service)
    body = parse_body(context.request, CLIENT_FIELDS)
    new = _replace(context.region, service, client, body, "A030")
    context.region.clients[service["apiKey"]][client["clientId"]] = new
    return json_response(CLIENT_DOCUMENT.render(new))


def _replace(
    region: SandboxRegion, service: JsonDict, base: JsonDict, body: JsonDict, code_prefix: str
) -> JsonDict:
    """Return ``base`` replaced by ``body``; result codes start with ``code_prefix``."""
    own_clients = region.clients[service["apiKey"]]
    new = CLIENT_DOCUMENT.replace(base, body, region.known_fields(base), now_milliseconds())
    alias_code, too_big_code = ("603", "604") if code_prefix == "A123" else ("601", "602")
    new["clientIdAlias"] = new.get("clientIdAlias") or str(new["clientId"])
    if client_identifiers.is_alias_taken(own_clients, new):
        raise ApiResponseError(403, code_prefix + alias_code, "The client ID alias is in use.")
    if len(new.get("customMetadata", "")) > MAX_CUSTOM_METADATA_LENGTH:
        raise ApiResponseError(403, code_prefix + too_big_code, "'customMetadata' is too big.")
    client_identifiers.check_sector(region, new)
    if host := client_identifiers.derive_sector(new):
        new["derivedSectorIdentifier"] = host
    else:
        new.pop("derivedSectorIdentifier", None)
    if extension := new.get("extension"):
        new["extension"] = drop_unknown_scopes(service, extension)
    return new


def drop_unknown_scopes(service: JsonDict, extension: JsonDict) -> JsonDict:
    """Return the extension without scopes that the service doesn't support."""
    if (scopes := extension.get("requestableScopes")) is None:
        return extension
    known = {scope.get("name") for scope in service.get("supportedScopes", ())}
    return extension | {"requestableScopes": [scope for scope in scopes if scope in known]}


def _check_limits(context: SandboxContext, service: JsonDict, body: JsonDict) -> None:
    own_clients = context.region.clients[service["apiKey"]]
    developer = body.get("developer")
    maximum = service.get("clientsPerDeveloper", 0)
    developer_clients = [
        client for client in own_clients.values() if client.get("developer") == developer
    ]
    if developer and 0 < maximum <= len(developer_clients):
        raise ApiResponseError(403, "A123601", "The developer may have no more clients.")
    owner = context.region.owner(service["apiKey"])
    home = context.state.organizations.get(owner or 0)
    if home and len(own_clients) >= MAX_CLIENTS_BY_PLAN.get(home.plan, 2**31):
        raise ApiResponseError(403, "A123602", "The plan allows no more clients.")


def delete(context: SandboxContext) -> SandboxResponse:
    """Delete a client and its tokens."""
    service = context.get_service("create_client")
    region = context.region
    client = get_client(context, service, "A026")
    client_id, service_id = client["clientId"], service["apiKey"]
    region.tokens[service_id] = [
        token for token in region.tokens[service_id] if token.client_id != client_id
    ]
    region.granted[service_id] = {
        pair: grant for pair, grant in region.granted[service_id].items() if pair[0] != client_id
    }
    del region.clients[service_id][client_id]
    region.gone.add(client_id)
    _update_client_count(region, service)
    return SandboxResponse(204)


def get_client(context: SandboxContext, service: JsonDict, code_prefix: str = "") -> JsonDict:
    """Return the client in the path, by number or alias.

    Raises `ApiResponseError`, with a code of ``code_prefix`` if it is given.
    """
    region, name = context.region, context.path_params["client_id"]
    if not name.isascii() or not name.isdecimal():
        return get_client_by_identifier(context, service, name)
    number = int(name)
    client = region.clients[service["apiKey"]].get(number)
    if client is None:
        if any(number in other_clients for other_clients in region.clients.values()):
            code = f"{code_prefix}202" if code_prefix else "A001213"
            raise ApiResponseError(403, code, "The client belongs to another service.")
        suffix = "203" if number in region.gone else "201"
        code = f"{code_prefix}{suffix}" if code_prefix else "A001212"
        raise ApiResponseError(404, code, f"There is no client with the ID {number}.")
    if client.get("locked") and context.state.locked_refused:
        code = f"{code_prefix}204" if code_prefix else "A001215"
        raise ApiResponseError(403, code, "The client is locked.")
    return client


def get_client_by_identifier(
    context: SandboxContext, service: JsonDict, identifier: str, not_found_code: str = "A001218"
) -> JsonDict:
    """Return the client with that number or alias; raise `ApiResponseError`."""
    region = context.region
    own_clients = region.clients[service["apiKey"]]
    client = client_identifiers.find_client(own_clients, identifier)
    if client is None:
        if any(
            client_identifiers.find_client(other_clients, identifier)
            for other_clients in region.clients.values()
        ):
            raise ApiResponseError(403, "A001219", "The client belongs to another service.")
        raise ApiResponseError(
            404, not_found_code, f"There is no client with the identifier {identifier}."
        )
    return client


def _update_client_count(region: SandboxRegion, service: JsonDict) -> None:
    """Update the client count in the service's metadata, if it has one."""
    count = str(len(region.clients[service["apiKey"]]))
    for pair in service.get("metadata", ()):
        if pair.get("key") == "clientCount":
            pair["value"] = count

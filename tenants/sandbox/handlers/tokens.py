"""List, update, deletion and revocation of access tokens."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tenants.sandbox import token_lookup
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers import clients
from tenants.sandbox.handlers.token_create import (
    INTROSPECTION_ONLY_FIELDS,
    are_properties_too_big,
    compute_lifetime,
    ok_response,
    supported_scopes,
)
from tenants.sandbox.http_messages import (
    ApiResponseError,
    ExactNumber,
    JsonDict,
    SandboxResponse,
    json_response,
    unparsable_body,
)
from tenants.sandbox.request_parsing import parse_body, parse_fields, parse_range
from tenants.sandbox.state import StoredToken, now_milliseconds

MAX_TOKENS_PER_PAGE = 20
STATUSES = ("ALL", "VALID", "INVALID")
CLIENT_SUMMARY_FIELDS = (
    "number",
    "clientName",
    "clientNames",
    "description",
    "descriptions",
    "clientId",
    "clientIdAlias",
    "clientIdAliasEnabled",
    "clientType",
)


def get_list(context: SandboxContext) -> SandboxResponse:
    """Return a page of tokens."""
    service = context.get_service("view_service")
    _check_plan(context, service)
    query = context.request.query
    start, end = parse_range(context.request, "A159")
    if end - start > MAX_TOKENS_PER_PAGE:
        raise ApiResponseError(400, "A159205", f"The range is larger than {MAX_TOKENS_PER_PAGE}.")
    matching = context.region.tokens[service["apiKey"]]
    page: JsonDict = {"start": start, "end": end}
    if name := query.get("clientIdentifier"):
        client = clients.get_client_by_identifier(context, service, name)
        matching = [token for token in matching if token.client_id == client["clientId"]]
        page["client"] = {
            field: client[field] for field in CLIENT_SUMMARY_FIELDS if client.get(field)
        }
    if subject := query.get("subject"):
        matching = [token for token in matching if token.subject == subject]
        page["subject"] = subject
    status = query.get("tokenStatus", "").upper()  # unknown values mean ALL
    if status in STATUSES and status != "ALL":
        now = now_milliseconds()
        matching = [
            token for token in matching if token_lookup.is_valid(token, now) == (status == "VALID")
        ]
    page["totalCount"] = len(matching)
    if end > start:
        page["accessTokens"] = [_dump_token(token) for token in matching[start:end]]
    return json_response(page)


def _check_plan(context: SandboxContext, service: JsonDict) -> None:
    owner = context.region.owner(service["apiKey"])
    home = context.state.organizations.get(owner or 0)
    if home and home.plan == "FREE":
        raise ApiResponseError(403, "A001217", "The plan does not include this API.")


def _dump_token(token: StoredToken) -> JsonDict:
    row: JsonDict = {
        "accessTokenHash": token.access_hash,
        "accessTokenExpiresAt": token.expires_at,
        "refreshTokenHash": token.refresh_hash or None,
        "refreshTokenExpiresAt": token.refresh_expires_at,
        "createdAt": token.created_at,
        "lastRefreshedAt": token.refreshed_at,
        "clientId": token.client_id,
        "subject": token.subject or None,
        "grantType": token.grant_type,
        "scopes": list(token.scopes),
        "refreshTokenScopes": list(token.scopes) if token.refresh_hash else None,
        "properties": list(token.properties) or None,
    }
    return {name: value for name, value in row.items() if value is not None}


UPDATE_PARAMETERS = {
    "accessToken": "text",
    "accessTokenHash": "text",
    "accessTokenExpiresAt": "int64",
    "refreshTokenExpiresAt": "int64",
    "scopes": "[text]",
    "properties": "[property]",
    "accessTokenPersistent": "flag",
    "accessTokenValueUpdated": "flag",
    "accessTokenExpiresAtUpdatedOnScopeUpdate": "flag",
    "refreshTokenExpiresAtUpdatedOnScopeUpdate": "flag",
    "certificateThumbprint": "text",
    "dpopKeyThumbprint": "text",
    "authorizationDetails": "raw",
    "forExternalAttachment": "flag",
    "tokenId": "text",
}


def update(context: SandboxContext) -> SandboxResponse:
    """Update a token."""
    service = context.get_service("use_service")
    params = parse_fields(context.request, UPDATE_PARAMETERS)
    token = _find_token(context, service, params)
    if are_properties_too_big(params.get("properties", [])):
        raise context.action_error("BAD_REQUEST", "A108201", "'properties' are too big.")
    client = context.region.clients[service["apiKey"]][token.client_id]
    now = now_milliseconds()
    if "scopes" in params:
        token.scopes = tuple(filter_scopes(service, client, params["scopes"]))
        if params.get("accessTokenExpiresAtUpdatedOnScopeUpdate"):
            seconds = compute_lifetime(service, client, token.scopes, "accessToken")
            token.expires_at = now + 1000 * seconds
        if params.get("refreshTokenExpiresAtUpdatedOnScopeUpdate"):
            seconds = compute_lifetime(service, client, token.scopes, "refreshToken")
            token.refresh_expires_at = now + 1000 * seconds
    if (expiry := int(params.get("accessTokenExpiresAt", 0))) > 0:
        token.expires_at = expiry
    if params.get("accessTokenPersistent"):
        token.expires_at = 0
    if token.refresh_hash and int(params.get("refreshTokenExpiresAt", 0)) > 0:
        token.refresh_expires_at = int(params["refreshTokenExpiresAt"])
    if "properties" in params:
        token.properties = tuple(params["properties"])
    token.more |= {name: params[name] for name in INTROSPECTION_ONLY_FIELDS if name in params}
    value = params.get("accessToken")
    if params.get("accessTokenValueUpdated"):
        value = token.access_token = token_lookup.generate_token_value()
        token.access_hash = token_lookup.hash_token(value)
    fields = {
        "accessToken": value,
        "accessTokenExpiresAt": token.expires_at,
        "refreshTokenExpiresAt": token.refresh_expires_at,
        "scopes": list(token.scopes) or None,
        "properties": list(token.properties) or None,
        "tokenType": service.get("accessTokenType") or "Bearer",
        "tokenId": token.token_id or None,
        "authorizationDetails": token.more.get("authorizationDetails"),
        "forExternalAttachment": token.more.get("forExternalAttachment", False),
    }
    return ok_response("A135001", "The access token was updated.", fields)


def filter_scopes(service: JsonDict, client: JsonDict, scopes: Sequence[str]) -> list[str]:
    """Return the scopes the client may have; others are silently dropped."""
    known = supported_scopes(service)
    extension = client.get("extension") or {}
    if extension.get("requestableScopesEnabled"):
        known &= set(extension.get("requestableScopes") or ())
    return [scope for scope in dict.fromkeys(scopes) if scope in known]


def _find_token(context: SandboxContext, service: JsonDict, params: JsonDict) -> StoredToken:
    """Return the token to update, by value or else by hash."""
    region = context.region
    find: Callable[[Iterable[StoredToken], str], StoredToken | None] = token_lookup.find_by_value
    name = params.get("accessToken")
    if not name:
        find, name = token_lookup.find_by_hash, params.get("accessTokenHash")
    if not name:
        message = "Neither 'accessToken' nor 'accessTokenHash' is there."
        raise context.action_error("BAD_REQUEST", "A134201", message)
    if token := find(region.tokens[service["apiKey"]], name):
        return token
    if find(token_lookup.tokens_of_other_services(region, service), name):
        message = "The access token belongs to another service."
        raise context.action_error("FORBIDDEN", "A134203", message)
    raise context.action_error("NOT_FOUND", "A134202", "There is no such access token.")


def delete(context: SandboxContext) -> SandboxResponse:
    """Delete an access token and its refresh token."""
    service = context.get_service("use_service")
    region, name = context.region, context.path_params["access_token_identifier"]
    for find in (token_lookup.find_by_access_token, token_lookup.find_by_refresh_token):
        if token := find(region.tokens[service["apiKey"]], name):
            remove_tokens(context, service, [token])
            return SandboxResponse(204)
    if token_lookup.find_by_access_token(
        token_lookup.tokens_of_other_services(region, service), name
    ):
        message = "The access token belongs to another service."
        raise ApiResponseError(403, "A161203", message)
    raise ApiResponseError(404, "A161202", "There is no such access token.")


def revoke(context: SandboxContext) -> SandboxResponse:
    """Revoke the tokens that the first non-empty identifier names.

    Without any identifier, the request is rejected.
    """
    service = context.get_service("use_service")
    own_tokens = context.region.tokens[service["apiKey"]]
    body = parse_body(context.request)
    tokens: list[StoredToken]
    if name := _identifier(body, "accessTokenIdentifier"):
        tokens = _require_token(token_lookup.find_by_access_token(own_tokens, name))
    elif name := _identifier(body, "refreshTokenIdentifier"):
        tokens = _require_token(token_lookup.find_by_refresh_token(own_tokens, name))
    else:
        tokens = _select_tokens(context, service, body)
    if context.state.revoked_linger:
        for token in tokens:
            token.revoked = True
    else:
        remove_tokens(context, service, tokens)
    message = f"[A312001] {len(tokens)} access token(s) were revoked."
    body = {"resultCode": "A312001", "resultMessage": message, "count": len(tokens)}
    return json_response(body)


def remove_tokens(
    context: SandboxContext, service: JsonDict, removed: Sequence[StoredToken]
) -> None:
    """Remove tokens from the service."""
    removed_ids = {id(token) for token in removed}
    own_tokens = context.region.tokens[service["apiKey"]]
    own_tokens[:] = [token for token in own_tokens if id(token) not in removed_ids]


def _require_token(token: StoredToken | None) -> list[StoredToken]:
    if token is None:
        raise ApiResponseError(404, "A313301", "There is no such token.")
    return [token]


def _select_tokens(context: SandboxContext, service: JsonDict, body: JsonDict) -> list[StoredToken]:
    """Return the tokens of a client, of a user, or of both."""
    name, subject = (_identifier(body, name) for name in ("clientIdentifier", "subject"))
    if not name and not subject:
        # Invented: the code is undocumented.
        raise ApiResponseError(400, "A312201", "The request names nothing to revoke.")
    matching = [token for token in context.region.tokens[service["apiKey"]] if not token.revoked]
    if name:
        client = clients.get_client_by_identifier(context, service, name)
        matching = [token for token in matching if token.client_id == client["clientId"]]
    if subject:
        matching = [token for token in matching if token.subject == subject]
    return matching


def _identifier(body: JsonDict, name: str) -> str:
    """Return a field as text; empty if it is absent. Numbers are accepted."""
    value: Any = body.get(name)
    match value:
        case None:
            return ""
        case str():
            return value
        case int() | ExactNumber() if not isinstance(value, bool):
            return str(value)
    raise unparsable_body(f"'{name}' is not a string")

"""Applications a user authorized: their tokens and granted scopes."""

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers import clients, tokens
from tenants.sandbox.handlers.clients import CLIENT_DOCUMENT
from tenants.sandbox.http_messages import (
    ApiResponseError,
    JsonDict,
    SandboxRequest,
    SandboxResponse,
    json_response,
    missing_subject,
)
from tenants.sandbox.request_parsing import parse_fields, parse_range
from tenants.sandbox.state import StoredGrant, StoredToken

GRANT_PARAMETERS = {"subject": "text", "developer": "text", "start": "int32", "end": "int32"}


def get_list(context: SandboxContext) -> SandboxResponse:
    """Return the clients that have tokens of a user, including expired ones."""
    service = context.get_service("view_service")
    query = _parse_query(context, "A136205")
    subject = query.get("subject") or ""
    if not subject:
        raise missing_subject("A136206")
    start, end = parse_range(SandboxRequest("", "", query), "A136")
    developer = query.get("developer") or ""
    own_clients = context.region.clients[service["apiKey"]]
    user_tokens = context.region.tokens[service["apiKey"]]
    numbers = dict.fromkeys(token.client_id for token in user_tokens if token.subject == subject)
    matching = [own_clients[client_id] for client_id in sorted(numbers) if client_id in own_clients]
    if developer:
        matching = [client for client in matching if client.get("developer") == developer]
    page: JsonDict = {"start": start, "end": end, "totalCount": len(matching), "subject": subject}
    if developer:
        page["developer"] = developer
    if end > start:
        page["clients"] = [
            CLIENT_DOCUMENT.render(client, full=False) for client in matching[start:end]
        ]
    return json_response(page)


def update(context: SandboxContext) -> SandboxResponse:
    """Set the scopes of all access tokens of a user and a client."""
    service = context.get_service("use_service")
    client = clients.get_client(context, service)
    params = parse_fields(context.request, {"subject": "text", "scopes": "[text]"})
    if not (subject := params.get("subject")):
        raise missing_subject("A138201")
    matching = _tokens_of(context, service, client, subject)
    if "scopes" in params:
        scopes = tokens.filter_scopes(service, client, params["scopes"])
        for token in matching:
            token.scopes = tuple(scopes)
    return _success_response("A138001", f"{len(matching)} access token(s) were updated.")


def delete(context: SandboxContext) -> SandboxResponse:
    """Delete the tokens of a user and a client, but not the granted scopes."""
    service = context.get_service("use_service")
    client, subject = _client_and_subject(context, service, "A137")
    matching = _tokens_of(context, service, client, subject)
    tokens.remove_tokens(context, service, matching)
    return _success_response("A137001", f"{len(matching)} access token(s) were deleted.")


def get_scopes(context: SandboxContext) -> SandboxResponse:
    """Return the granted scopes; without any, the fields are left out."""
    service = context.get_service("view_service")
    client, subject = _client_and_subject(context, service, "A139")
    about = {
        "serviceApiKey": service["apiKey"],
        "clientId": client["clientId"],
        "subject": subject,
        "modifiedAt": 0,
    }
    grant = _granted_scopes(context, service).get((client["clientId"], subject))
    if grant is None:
        return _success_response("A139001", "No granted scopes are recorded.", about)
    about |= {
        "latestGrantedScopes": grant.latest,
        "mergedGrantedScopes": grant.merged,
        "modifiedAt": grant.modified_at,
    }
    return _success_response("A139002", "Granted scopes were found.", about)


def delete_scopes(context: SandboxContext) -> SandboxResponse:
    """Delete the granted scopes, but no tokens."""
    service = context.get_service("use_service")
    client, subject = _client_and_subject(context, service, "A140")
    granted = _granted_scopes(context, service)
    if granted.pop((client["clientId"], subject), None) is None:
        return _success_response("A140001", "Nothing to delete.")
    return _success_response("A140002", "The granted scopes were deleted.")


def _granted_scopes(
    context: SandboxContext, service: JsonDict
) -> dict[tuple[int, str], StoredGrant]:
    """Return the granted scopes; some regions may not record them."""
    if context.region.name in context.state.forgetful:
        return {}
    return context.region.granted[service["apiKey"]]


def _tokens_of(
    context: SandboxContext, service: JsonDict, client: JsonDict, subject: str
) -> list[StoredToken]:
    return [
        token
        for token in context.region.tokens[service["apiKey"]]
        if token.client_id == client["clientId"] and token.subject == subject
    ]


def _client_and_subject(
    context: SandboxContext, service: JsonDict, code_prefix: str
) -> tuple[JsonDict, str]:
    """Return the client and the user that a request is about."""
    client = clients.get_client(context, service)
    subject = _parse_query(context, f"{code_prefix}201").get("subject")
    if not subject:
        raise missing_subject(f"{code_prefix}202")
    return client, subject


def _parse_query(context: SandboxContext, error_code: str) -> dict[str, str]:
    """Return the parameters in path, query or body as texts."""
    request = context.request
    values = {n: v for n, v in context.path_params.items() if n == "subject"}
    if request.method != "POST":
        return {**request.query, **values}
    try:
        body = parse_fields(request, GRANT_PARAMETERS)
    except ApiResponseError as refusal:
        if refusal.code == "A126202":
            raise ApiResponseError(400, error_code, refusal.message) from None
        raise
    return {name: str(value) for name, value in body.items()}


def _success_response(code: str, message: str, fields: JsonDict | None = None) -> SandboxResponse:
    body = {"resultCode": code, "resultMessage": f"[{code}] {message}"}
    return json_response(body | (fields or {}))

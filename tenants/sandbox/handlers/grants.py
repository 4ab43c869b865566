"""Applications a user authorized: their tokens and granted scopes."""

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.errors import ApiResponseError, missing_subject
from tenants.sandbox.handlers import clients, tokens
from tenants.sandbox.handlers.clients import CLIENT_DOCUMENT
from tenants.sandbox.http_messages import (
    JsonDict,
    SandboxRequest,
    SandboxResponse,
    json_response,
)
from tenants.sandbox.request_parsing import parse_fields, parse_range
from tenants.sandbox.state import StoredGrant, StoredToken

GRANT_PARAMETERS = {
    "subject": "text",
    "developer": "text",
    "start": "int32",
    "end": "int32",
}


def get_list(context: SandboxContext) -> SandboxResponse:
    """Return the clients that have tokens of a user, including expired ones."""
    service = context.get_service("view_service")
    query = _parse_query(context, "A136205")
    subject = query.get("subject") or ""
    if not subject:
        raise missing_subject("A136206")
    start, end = parse_range(SandboxRequest("", "", query), "A136")
    developer = query.get("developer") or ""
    mine = context.region.clients[service["apiKey"]]
    held = context.region.tokens[service["apiKey"]]
    numbers = dict.fromkeys(one.client_id for one in held if one.subject == subject)
    found = [mine[one] for one in sorted(numbers) if one in mine]
    if developer:
        found = [one for one in found if one.get("developer") == developer]
    page: JsonDict = {
        "start": start,
        "end": end,
        "totalCount": len(found),
        "subject": subject,
    }
    if developer:
        page["developer"] = developer
    if end > start:
        page["clients"] = [CLIENT_DOCUMENT.render(one, full=False) for one in found[start:end]]
    return json_response(page)


def update(context: SandboxContext) -> SandboxResponse:
    """Set the scopes of all access tokens of a user and a client."""
    service = context.get_service("use_service")
    client = clients.get_client(context, service)
    asked = parse_fields(context.request, {"subject": "text", "scopes": "[text]"})
    if not (subject := asked.get("subject")):
        raise missing_subject("A138201")
    found = _tokens_of(context, service, client, subject)
    if "scopes" in asked:
        scopes = tokens.filter_scopes(service, client, asked["scopes"])
        for token in found:
            token.scopes = tuple(scopes)
    return _success_response("A138001", f"{len(found)} access token(s) were updated.")


def delete(context: SandboxContext) -> SandboxResponse:
    """Delete the tokens of a user and a client, but not the granted scopes."""
    service = context.get_service("use_service")
    client, subject = _client_and_subject(context, service, "A137")
    found = _tokens_of(context, service, client, subject)
    tokens.remove_tokens(context, service, found)
    return _success_response("A137001", f"{len(found)} access token(s) were deleted.")


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
    found = _granted_scopes(context, service).get((client["clientId"], subject))
    if found is None:
        return _success_response("A139001", "No granted scopes are recorded.", about)
    about |= {
        "latestGrantedScopes": found.latest,
        "mergedGrantedScopes": found.merged,
        "modifiedAt": found.modified_at,
    }
    return _success_response("A139002", "Granted scopes were found.", about)


def delete_scopes(context: SandboxContext) -> SandboxResponse:
    """Delete the granted scopes, but no tokens."""
    service = context.get_service("use_service")
    client, subject = _client_and_subject(context, service, "A140")
    known = _granted_scopes(context, service)
    if known.pop((client["clientId"], subject), None) is None:
        return _success_response("A140001", "There was nothing to delete.")
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
        one
        for one in context.region.tokens[service["apiKey"]]
        if one.client_id == client["clientId"] and one.subject == subject
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
    found = {n: v for n, v in context.path_params.items() if n == "subject"}
    if request.method != "POST":
        return {**request.query, **found}
    try:
        body = parse_fields(request, GRANT_PARAMETERS)
    except ApiResponseError as refusal:
        if refusal.code == "A126202":
            raise ApiResponseError(400, error_code, refusal.message) from None
        raise
    return {name: str(value) for name, value in body.items()}


def _success_response(code: str, message: str, fields: JsonDict | None = None) -> SandboxResponse:
    said = {"resultCode": code, "resultMessage": f"[{code}] {message}"}
    return json_response(said | (fields or {}))

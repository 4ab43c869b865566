"""Access tokens that a service has issued, as far as their list tells."""

from tenants.sandbox import clients, tokens
from tenants.sandbox.context import Context
from tenants.sandbox.errors import Refusal
from tenants.sandbox.paging import span
from tenants.sandbox.state import Issued, now
from tenants.sandbox.wire import Answer, Members, answer

MOST = 20  # rows of a page; api.md, section 4
STATUSES = ("ALL", "VALID", "INVALID")
SHORT = (
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


def get_list(context: Context) -> Answer:
    service = context.service("view_service")
    _within_plan(context, service)
    query = context.request.query
    start, end = span(context.request, "A159")
    if end - start > MOST:
        raise Refusal(400, "A159205", f"The range is larger than {MOST}.")
    found = context.region.tokens[service["apiKey"]]
    page: Members = {"start": start, "end": end}
    if name := query.get("clientIdentifier"):
        client = clients.by_identifier(context, service, name)
        found = [one for one in found if one.client_id == client["clientId"]]
        page["client"] = {one: client[one] for one in SHORT if client.get(one)}
    if subject := query.get("subject"):
        found = [one for one in found if one.subject == subject]
        page["subject"] = subject
    if (status := _status(query.get("tokenStatus", ""))) != "ALL":
        at = now()
        found = [one for one in found if tokens.valid(one, at) == (status == "VALID")]
    page["totalCount"] = len(found)
    if end > start:
        page["accessTokens"] = [_row(one) for one in found[start:end]]
    return answer(page)


def _within_plan(context: Context, service: Members) -> None:
    owner = context.region.owner(service["apiKey"])
    home = context.state.organizations.get(owner or 0)
    if home and home.plan == "FREE":
        raise Refusal(403, "A001217", "The plan does not include this API.")


def _status(text: str) -> str:
    """What nobody knows is taken for nothing said."""
    return text.upper() if text.upper() in STATUSES else "ALL"


def _row(token: Issued) -> Members:
    row: Members = {
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

"""Changes of tokens that exist: what they allow and how long, and their end."""

from collections.abc import Sequence
from typing import Any

from tenants.sandbox import clients, tokens
from tenants.sandbox.context import Context
from tenants.sandbox.errors import Refusal, unparsable
from tenants.sandbox.shapes import body_of, members_of
from tenants.sandbox.state import Issued, now
from tenants.sandbox.token_create import MORE, done, lifetime, supported, too_big
from tenants.sandbox.wire import Answer, Exact, Members, answer

KINDS = {
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


def update(context: Context) -> Answer:
    service = context.service("use_service")
    asked = members_of(context.request, KINDS)
    token = _named(context, service, asked)
    if too_big(asked.get("properties", [])):
        raise context.failure("BAD_REQUEST", "A108201", "'properties' are too big.")
    client = context.region.clients[service["apiKey"]][token.client_id]
    at = now()
    if "scopes" in asked:
        token.scopes = tuple(allowed(service, client, asked["scopes"]))
        if asked.get("accessTokenExpiresAtUpdatedOnScopeUpdate"):
            seconds = lifetime(service, client, token.scopes, "accessToken")
            token.expires_at = at + 1000 * seconds
        if asked.get("refreshTokenExpiresAtUpdatedOnScopeUpdate"):
            seconds = lifetime(service, client, token.scopes, "refreshToken")
            token.refresh_expires_at = at + 1000 * seconds
    if (expiry := int(asked.get("accessTokenExpiresAt", 0))) > 0:
        token.expires_at = expiry
    if asked.get("accessTokenPersistent"):
        token.expires_at = 0
    if token.refresh_hash and int(asked.get("refreshTokenExpiresAt", 0)) > 0:
        token.refresh_expires_at = int(asked["refreshTokenExpiresAt"])
    if "properties" in asked:
        token.properties = tuple(asked["properties"])
    token.more |= {name: asked[name] for name in MORE if name in asked}
    value = asked.get("accessToken")
    if asked.get("accessTokenValueUpdated"):
        value = token.access_token = tokens.made()
        token.access_hash = tokens.hash_of(value)
    told = {
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
    return done("A135001", "The access token was updated.", told)


def allowed(service: Members, client: Members, scopes: Sequence[str]) -> list[str]:
    """The scopes that a token of the client may have; others go without a word."""
    known = supported(service)
    extension = client.get("extension") or {}
    if extension.get("requestableScopesEnabled"):
        known &= set(extension.get("requestableScopes") or ())
    return [one for one in dict.fromkeys(scopes) if one in known]


def _named(context: Context, service: Members, asked: Members) -> Issued:
    """The token that an update is for; a value goes before a hash."""
    region = context.region
    find, name = tokens.by_value, asked.get("accessToken")
    if not name:
        find, name = tokens.by_hash, asked.get("accessTokenHash")
    if not name:
        said = "Neither 'accessToken' nor 'accessTokenHash' is there."
        raise context.failure("BAD_REQUEST", "A134201", said)
    if token := find(region.tokens[service["apiKey"]], name):
        return token
    if find(tokens.elsewhere(region, service), name):
        said = "The access token belongs to another service."
        raise context.failure("FORBIDDEN", "A134203", said)
    raise context.failure("NOT_FOUND", "A134202", "There is no such access token.")


def delete(context: Context) -> Answer:
    """The row goes, and with it the access token and its refresh token."""
    service = context.service("use_service")
    region, name = context.region, context.places["access_token_identifier"]
    for find in (tokens.by_access, tokens.by_refresh):
        if token := find(region.tokens[service["apiKey"]], name):
            drop(context, service, [token])
            return Answer(204)
    if tokens.by_access(tokens.elsewhere(region, service), name):
        said = "The access token belongs to another service."
        raise Refusal(403, "A161203", said)
    raise Refusal(404, "A161202", "There is no such access token.")


def revoke(context: Context) -> Answer:
    """What the first identifier names ends, and the others mean nothing.

    An identifier that is empty is none, so that it widens nothing: without any, the
    request is refused.
    """
    service = context.service("use_service")
    mine = context.region.tokens[service["apiKey"]]
    body = body_of(context.request)
    chosen: list[Issued]
    if name := _identifier(body, "accessTokenIdentifier"):
        chosen = _one(tokens.by_access(mine, name))
    elif name := _identifier(body, "refreshTokenIdentifier"):
        chosen = _one(tokens.by_refresh(mine, name))
    else:
        chosen = _of(context, service, body)
    if context.state.revoked_linger:
        for token in chosen:
            token.revoked = True
    else:
        drop(context, service, chosen)
    message = f"[A312001] {len(chosen)} access token(s) were revoked."
    said = {"resultCode": "A312001", "resultMessage": message, "count": len(chosen)}
    return answer(said)


def drop(context: Context, service: Members, chosen: Sequence[Issued]) -> None:
    """Take tokens out of the database."""
    gone = {id(one) for one in chosen}
    mine = context.region.tokens[service["apiKey"]]
    mine[:] = [one for one in mine if id(one) not in gone]


def _one(token: Issued | None) -> list[Issued]:
    if token is None:
        raise Refusal(404, "A313301", "There is no such token.")
    return [token]


def _of(context: Context, service: Members, body: Members) -> list[Issued]:
    """The tokens of a client, of a user, or of a user at a client."""
    name, subject = (_identifier(body, one) for one in ("clientIdentifier", "subject"))
    if not name and not subject:
        # Nobody has told the code.
        raise Refusal(400, "A312201", "The request names nothing to revoke.")
    found = [one for one in context.region.tokens[service["apiKey"]] if not one.revoked]
    if name:
        client = clients.by_identifier(context, service, name)
        found = [one for one in found if one.client_id == client["clientId"]]
    if subject:
        found = [one for one in found if one.subject == subject]
    return found


def _identifier(body: Members, name: str) -> str:
    """The text of a member, empty where there is none; a number is one as well."""
    value: Any = body.get(name)
    match value:
        case None:
            return ""
        case str():
            return value
        case int() | Exact() if not isinstance(value, bool):
            return str(value)
    raise unparsable(f"'{name}' is not a string")

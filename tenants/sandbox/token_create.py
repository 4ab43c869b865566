"""Tokens that are made without anybody signing in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tenants.sandbox import aliases, signing, tokens
from tenants.sandbox.context import Context
from tenants.sandbox.shapes import members_of
from tenants.sandbox.state import Issued, now
from tenants.sandbox.values import TEXT
from tenants.sandbox.wire import Answer, Members, answer

KINDS = {
    "grantType": "text",
    "clientId": "int64",
    "clientIdentifier": "text",
    "subject": "text",
    "scopes": "[text]",
    "accessTokenDuration": "int64",
    "refreshTokenDuration": "int64",
    "properties": "[property]",
    "accessToken": "text",
    "refreshToken": "text",
    "accessTokenPersistent": "flag",
    "jwtAtClaims": "text",
    "forExternalAttachment": "flag",
    "certificateThumbprint": "text",
    "dpopKeyThumbprint": "text",
    "authorizationDetails": "raw",
    "resources": "[text]",
    "acr": "text",
    "authTime": "int64",
    "sessionId": "text",
    **dict.fromkeys(("clientIdAliasUsed", "clientEntityIdUsed"), "flag"),
    "metadataDocumentUsed": "flag",
}
# What nothing but an introspection tells.
MORE = (
    "forExternalAttachment",
    "certificateThumbprint",
    "dpopKeyThumbprint",
    "authorizationDetails",
    "resources",
    "acr",
    "authTime",
    "clientIdAliasUsed",
    "clientEntityIdUsed",
    "metadataDocumentUsed",
)
ALONE = ("IMPLICIT", "CLIENT_CREDENTIALS")  # no refresh token comes with these
SUBJECT = 100  # letters


@dataclass(slots=True)
class Taken:
    """The hashes of what is in use anywhere in a region."""

    access: set[str]
    refresh: set[str]

    @classmethod
    def of(cls, context: Context, service: Members) -> "Taken":
        known = context.region.tokens[service["apiKey"]]
        known = known + tokens.elsewhere(context.region, service)
        return cls(
            {one.access_hash for one in known}, {one.refresh_hash for one in known}
        )

    def add(self, token: Issued) -> None:
        self.access.add(token.access_hash)
        self.refresh.add(token.refresh_hash)


def create(context: Context) -> Answer:
    service = context.service("use_service")
    asked = members_of(context.request, KINDS)
    at = now()
    token = issued(context, service, asked, Taken.of(context, service), at)
    client = _client(context, service, asked)
    expires = _ends(service, client, asked, at)
    name = client.get("clientIdAlias") if asked.get("clientIdAliasUsed") else None
    scopes = list(token.scopes)
    told = {
        "accessToken": token.access_token,
        "refreshToken": token.refresh_token or None,
        "jwtAccessToken": as_jwt(context, service, token, asked),
        "tokenId": token.token_id,
        "tokenType": service.get("accessTokenType") or "Bearer",
        "clientId": token.client_id,
        "clientIdentifier": name or str(token.client_id),
        "subject": token.subject or None,
        "grantType": token.grant_type,
        "scopes": scopes or None,
        "refreshTokenScopes": (scopes or None) if token.refresh_hash else None,
        "expiresAt": expires,
        "expiresIn": (expires - at) // 1000 if expires else 0,
        "properties": list(token.properties) or None,
        "authorizationDetails": asked.get("authorizationDetails"),
        "sessionId": asked.get("sessionId"),
        "forExternalAttachment": asked.get("forExternalAttachment", False),
    }
    context.region.tokens[service["apiKey"]].append(token)
    return done("A109001", "The access token was created.", told)


def issued(
    context: Context, service: Members, asked: Members, taken: Taken, at: int
) -> Issued:
    """The token that is asked for, in no list yet; raises `Refusal`."""
    _grant_type(context, service, asked)
    _subject(context, asked)
    scopes = _scopes(context, service, asked)
    client = _client(context, service, asked)
    _values(context, service, asked, taken)
    token = Issued(
        "",
        client["clientId"],
        asked["grantType"],
        tuple(scopes),
        _second(at),
        _second(_ends(service, client, asked, at)),
        asked.get("subject", ""),
        properties=tuple(asked.get("properties", ())),
        access_token=asked.get("accessToken") or tokens.made(),
        token_id=str(uuid4()),
        more={name: asked[name] for name in MORE if asked.get(name)},
    )
    token.access_hash = tokens.hash_of(token.access_token)
    if _is_refreshable(service, asked):
        token.refresh_token = asked.get("refreshToken") or tokens.made()
        token.refresh_hash = tokens.hash_of(token.refresh_token)
        token.refresh_expires_at = _second(
            _expiry(service, client, asked, "refreshToken", at)
        )
    return token


def done(code: str, message: str, told: Members) -> Answer:
    said = {"resultCode": code, "resultMessage": f"[{code}] {message}", "action": "OK"}
    return answer(said | {name: one for name, one in told.items() if one is not None})


def supported(service: Members) -> set[Any]:
    """The names of the scopes that the service knows."""
    return {scope.get("name") for scope in service.get("supportedScopes", ())}


def lifetime(
    service: Members, client: Members, scopes: Collection[str], kind: str
) -> int:
    """Seconds that an `accessToken` or a `refreshToken` lives: the least that service,
    client and scopes say, of what they do say (api.md, section 9.3)."""
    named = {"accessToken": "access_token", "refreshToken": "refresh_token"}[kind]
    said = [
        pair.get("value")
        for scope in service.get("supportedScopes", ())
        if scope.get("name") in scopes
        for pair in scope.get("attributes") or ()
        if pair.get("key") == f"{named}.duration"
    ]
    lifetimes = [int(text) for text in said if str(text).isdecimal()]
    for one in (service, client.get("extension") or {}):
        lifetimes.append(int(one.get(f"{kind}Duration") or 0))
    return min((one for one in lifetimes if one > 0), default=0)


def too_big(properties: list[Members]) -> bool:
    return len(str(properties)) > TEXT


def _grant_type(context: Context, service: Members, asked: Members) -> None:
    kind = asked.get("grantType")
    if not kind:
        raise context.failure("BAD_REQUEST", "A104201", "'grantType' is missing.")
    if kind == "REFRESH_TOKEN":
        raise context.failure("BAD_REQUEST", "A104202", "REFRESH_TOKEN is not allowed.")
    if kind not in (service.get("supportedGrantTypes") or ()):
        said = f"The service does not support the grant type {kind}."
        raise context.failure("BAD_REQUEST", "A104203", said)


def _subject(context: Context, asked: Members) -> None:
    subject = asked.get("subject", "")
    if asked["grantType"] == "CLIENT_CREDENTIALS":
        asked["subject"] = ""
        return
    if not subject and asked["grantType"] != "JWT_BEARER":
        raise context.failure("BAD_REQUEST", "A105201", "'subject' is missing.")
    if len(subject) > SUBJECT:
        raise context.failure("BAD_REQUEST", "A105202", "'subject' is too long.")
    if not subject.isascii():
        raise context.failure("BAD_REQUEST", "A105203", "'subject' is not ASCII.")


def _scopes(context: Context, service: Members, asked: Members) -> list[str]:
    scopes = list(dict.fromkeys(asked.get("scopes", ())))
    for scope in scopes:
        if scope not in supported(service):
            said = f"The service does not support the scope '{scope}'."
            raise context.failure("BAD_REQUEST", "A106201", said)
    return scopes


def _client(context: Context, service: Members, asked: Members) -> Members:
    region, mine = context.region, context.region.clients[service["apiKey"]]
    name = str(asked.get("clientId") or asked.get("clientIdentifier", ""))
    client = aliases.found(mine, name)
    if client is None:
        if any(aliases.found(theirs, name) for theirs in region.clients.values()):
            said = "The client belongs to another service."
            raise context.failure("FORBIDDEN", "A107202", said)
        raise context.failure("BAD_REQUEST", "A107201", "There is no such client.")
    if client.get("locked"):
        raise context.failure("FORBIDDEN", "A107203", "The client is locked.")
    return client


def _values(context: Context, service: Members, asked: Members, taken: Taken) -> None:
    """What is brought along: properties, and values that somebody chose."""
    if too_big(asked.get("properties", [])):
        raise context.failure("BAD_REQUEST", "A108201", "'properties' are too big.")
    if asked.get("refreshToken") and not _is_refreshable(service, asked):
        at = ALONE.index(asked["grantType"]) if asked["grantType"] in ALONE else 2
        said = "No refresh token can come with this."
        raise context.failure("BAD_REQUEST", f"A10820{2 + at}", said)
    value = asked.get("accessToken")
    if value and tokens.digest(value) in taken.access:
        raise context.failure("BAD_REQUEST", "A144201", "'accessToken' is in use.")
    chosen = asked.get("refreshToken")
    if chosen and tokens.hash_of(chosen) in taken.refresh:
        raise context.failure("BAD_REQUEST", "A144202", "'refreshToken' is in use.")


def _is_refreshable(service: Members, asked: Members) -> bool:
    kinds = service.get("supportedGrantTypes") or ()
    return asked["grantType"] not in ALONE and "REFRESH_TOKEN" in kinds


def _ends(service: Members, client: Members, asked: Members, at: int) -> int:
    """When the access token ends, in milliseconds since 1970; 0 is never."""
    if asked.get("accessTokenPersistent"):
        return 0
    return _expiry(service, client, asked, "accessToken", at)


def _expiry(
    service: Members, client: Members, asked: Members, kind: str, at: int
) -> int:
    """When it ends, in milliseconds since 1970."""
    asked_for = int(asked.get(f"{kind}Duration", 0))
    if asked_for > 0:
        return at + 1000 * asked_for
    return at + 1000 * lifetime(service, client, asked.get("scopes", ()), kind)


def _second(at: int) -> int:
    """As it is stored, in whole seconds (api.md, section 4)."""
    return round(at / 1000) * 1000


def as_jwt(
    context: Context, service: Members, token: Issued, asked: Members
) -> str | None:
    """The token as a JWT around its value, where the service signs its tokens."""
    alg = service.get("accessTokenSignAlg")
    if not alg or alg == "NONE":
        return None
    claims = {
        "iss": service.get("issuer"),
        "sub": token.subject or None,
        "client_id": str(token.client_id),
        "scope": " ".join(token.scopes) or None,
        "iat": token.created_at // 1000,
        "exp": token.expires_at // 1000 or None,
        "jti": token.access_token,
    }
    told = {name: value for name, value in claims.items() if value is not None}
    named = service.get("accessTokenSignatureKeyId")
    try:
        return signing.signed(service, told, alg, named, typ="at+jwt")
    except signing.NoKey:
        said = f"The service has no key to sign with {alg}."
        raise context.failure("INTERNAL_SERVER_ERROR", "A108205", said) from None

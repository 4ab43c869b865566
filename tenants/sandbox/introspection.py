"""What a token is, asked in two ways: Authlete's own, and that of RFC 7662."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tenants.sandbox import signing, token_changes, tokens
from tenants.sandbox.context import Context
from tenants.sandbox.shapes import members_of
from tenants.sandbox.state import Issued, now
from tenants.sandbox.wire import Answer, Members, answer, dumps

KINDS = {
    "token": "text",
    "scopes": "[text]",
    "subject": "text",
    "clientCertificate": "text",
    "dpop": "text",
    "resources": "[text]",
    "acrValues": "[text]",
    "maxAge": "int64",
    **dict.fromkeys(("htm", "htu", "uri", "message", "targetUri"), "text"),
    "requiredComponents": "[text]",
    "headers": "[pair]",
    **dict.fromkeys(("dpopNonceRequired", "requestBodyContained"), "flag"),
}
STANDARD = {"withHiddenProperties": "flag"} | dict.fromkeys(
    """
    parameters rsUri httpAcceptHeader introspectionSignAlg introspectionEncryptionAlg
    introspectionEncryptionEnc sharedKeyForSign sharedKeyForEncryption
    publicKeyForEncryption
    """.split(),
    "text",
)
JWT = "application/token-introspection+jwt"  # RFC 9701, section 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a token: Authlete's action and code, and OAuth's error."""

    action: str
    code: str
    message: str
    error: str = ""


FINE = Finding("OK", "A056001", "The access token is valid.")
MISSING = Finding(
    "BAD_REQUEST", "A057301", "The access token is missing.", "invalid_request"
)
UNKNOWN = Finding(
    "UNAUTHORIZED", "A057302", "The access token does not exist.", "invalid_token"
)
FOREIGN = Finding(
    "UNAUTHORIZED",
    "A057303",
    "The access token belongs to another service.",
    "invalid_token",
)
UNUSABLE = Finding(
    "UNAUTHORIZED", "A057304", "The JWT is not by the service.", "invalid_token"
)
# Of these nobody has told the codes.
EXPIRED = Finding(
    "UNAUTHORIZED", "A056301", "The access token has expired.", "invalid_token"
)
NARROW = Finding(
    "FORBIDDEN",
    "A056302",
    "The access token does not cover the scopes.",
    "insufficient_scope",
)
STRANGER = Finding(
    "FORBIDDEN",
    "A056303",
    "The access token belongs to another subject.",
    "invalid_request",
)
ELSEWHERE = Finding(
    "FORBIDDEN",
    "A056304",
    "The access token is not for the resources.",
    "invalid_target",
)
WEAK = Finding(
    "UNAUTHORIZED",
    "A056305",
    "The user did not sign in as well or as lately as is asked for.",
    "insufficient_user_authentication",  # RFC 9470, section 3
)
BOUND = Finding(
    "UNAUTHORIZED", "A065308", "The access token is bound to a key.", "invalid_token"
)


def introspect(context: Context) -> Answer:
    """Tell of an access token, which counts as use of it.

    One that has ended and cannot be refreshed is swept on this occasion: the next
    one to ask finds none (api.md, sections 3.4 and 7).
    """
    service = context.service("use_introspection")
    asked = members_of(context.request, KINDS)
    at = now()
    value = asked.get("token", "")
    if not value:
        return _said(MISSING, None, {})
    mine = context.region.tokens[service["apiKey"]]
    token = tokens.by_value(mine, value)
    if token is None:
        others = tokens.elsewhere(context.region, service)
        return _said(FOREIGN if tokens.by_value(others, value) else UNKNOWN, None, {})
    if value.count(".") == 2 and not _is_ours(service, value):
        return _said(UNUSABLE, None, {})
    token.used_at = at
    finding = _judged(token, asked, at)
    told = _told(context, service, token, at)
    told["sufficient"] = set(asked.get("scopes", ())) <= set(token.scopes)
    if finding is EXPIRED and not told["refreshable"]:
        token_changes.drop(context, service, [token])
    return _said(finding, token, told)


def _judged(token: Issued, asked: Members, at: int) -> Finding:
    if not tokens.valid(token, at):
        return EXPIRED
    if token.more.get("certificateThumbprint") and not asked.get("clientCertificate"):
        return BOUND
    if token.more.get("dpopKeyThumbprint") and not asked.get("dpop"):
        return BOUND
    if not set(asked.get("scopes", ())) <= set(token.scopes):
        return NARROW
    if asked.get("subject", token.subject) != token.subject:
        return STRANGER
    if not set(asked.get("resources", ())) <= set(token.more.get("resources", ())):
        return ELSEWHERE
    acrs, since = asked.get("acrValues"), int(token.more.get("authTime", 0))
    is_old = "maxAge" in asked and at / 1000 - since > int(asked["maxAge"])
    if is_old or (acrs and token.more.get("acr") not in acrs):
        return WEAK
    return FINE


def _told(context: Context, service: Members, token: Issued, at: int) -> Members:
    client = context.region.clients[service["apiKey"]].get(token.client_id, {})
    scopes = service.get("supportedScopes", ())
    told = {
        "clientId": token.client_id,
        "clientIdAlias": client.get("clientIdAlias"),
        "clientIdAliasUsed": False,
        "expiresAt": token.expires_at,
        "subject": token.subject or None,
        "scopes": list(token.scopes) or None,
        "scopeDetails": [one for one in scopes if one["name"] in token.scopes] or None,
        "existent": True,
        "usable": tokens.valid(token, at),
        "refreshable": tokens.refreshable(token, at),
        "properties": list(token.properties) or None,  # hidden ones too
        "grantType": token.grant_type,
        "serviceAttributes": service.get("attributes"),
        "clientAttributes": client.get("attributes"),
        **token.more,
    }
    told["accessTokenResources"] = told.get("resources")
    told.pop("dpopKeyThumbprint", None)
    return told


def _said(finding: Finding, token: Issued | None, told: Members) -> Answer:
    flags = dict.fromkeys(("existent", "usable", "sufficient", "refreshable"), False)
    content = f'Bearer error="{finding.error}",error_description="{finding.code}"'
    said = {
        "resultCode": finding.code,
        "resultMessage": f"[{finding.code}] {finding.message}",
        "action": finding.action,
        "responseContent": content if finding.error else None,
        "authTime": 0,
        **({} if token else {"clientId": 0, "expiresAt": 0}),
        **flags,
        **told,
    }
    return answer({name: value for name, value in said.items() if value is not None})


def _is_ours(service: Members, value: str) -> bool:
    """Whether a JWT is signed with a key of the service."""
    header, _ = signing.opened(value)
    alg = str(header.get("alg"))
    keys = signing.keys(service)
    return any(signing.is_by(value, key, alg) for key in keys if signing.fits(key, alg))


def standard(context: Context) -> Answer:
    """The introspection of RFC 7662, which takes a refresh token as well."""
    service = context.service("use_introspection")
    asked = members_of(context.request, STANDARD)
    text = asked.get("parameters")
    if not text:
        raise context.failure("BAD_REQUEST", "A145201", "'parameters' is missing.")
    value = parse_qs(text).get("token", [""])[0]
    if not value:
        raise context.failure("BAD_REQUEST", "A145202", "'parameters' has no token.")
    mine = context.region.tokens[service["apiKey"]]
    kind, found = "access_token", tokens.by_value(mine, value)
    if found is None:
        kind, found = "refresh_token", tokens.by_refresh(mine, value, hashed=False)
    told: Members = {"active": False}
    if found is not None:
        found.used_at = at = now()
        works = tokens.valid if kind == "access_token" else tokens.refreshable
        if works(found, at):
            hidden = asked.get("withHiddenProperties", False)
            told = _response(service, found, kind, hidden)
    active = str(told["active"]).lower()
    message = f"[A145001] The introspection was performed (type={kind}, {active=!s})."
    said = {"resultCode": "A145001", "resultMessage": message}
    if asked.get("httpAcceptHeader") == JWT:
        content = _as_jwt(context, service, asked, told)
        return answer({**said, "action": "JWT", "responseContent": content})
    content = dumps(told).decode()
    return answer({**said, "action": "OK", "responseContent": content})


def _response(service: Members, token: Issued, kind: str, hidden: bool) -> Members:
    """What a token is, by RFC 7662, section 2.2, and its properties beside that."""
    access = kind == "access_token"
    expires = token.expires_at if access else token.refresh_expires_at
    told: dict[str, Any] = {
        one["key"]: one.get("value")
        for one in token.properties
        if one.get("key") and (hidden or not one.get("hidden"))
    }
    told |= {
        "active": True,
        "scope": " ".join(token.scopes) or None,
        "client_id": str(token.client_id),
        "token_type": (service.get("accessTokenType") or "Bearer") if access else None,
        "exp": expires // 1000 or None,
        "iat": token.created_at // 1000,
        "sub": token.subject or None,
        "iss": service.get("issuer"),
        "aud": token.more.get("resources"),
    }
    return {name: value for name, value in told.items() if value is not None}


def _as_jwt(context: Context, service: Members, asked: Members, told: Members) -> str:
    """RFC 9701, section 5."""
    if not asked.get("rsUri"):
        said = "'rsUri' is missing, which a JWT is for."
        raise context.failure("BAD_REQUEST", "A404301", said)
    alg = asked.get("introspectionSignAlg") or "RS256"
    claims = {
        "iss": service.get("issuer"),
        "aud": asked["rsUri"],
        "iat": now() // 1000,
        "token_introspection": told,
    }
    named, typ = service.get("introspectionSignatureKeyId"), "token-introspection+jwt"
    try:
        return signing.signed(service, claims, alg, named, typ=typ)
    except signing.NoKey:
        # Nobody has told the code.
        raise context.failure(
            "INTERNAL_SERVER_ERROR", "A404101", f"There is no key for {alg}."
        ) from None

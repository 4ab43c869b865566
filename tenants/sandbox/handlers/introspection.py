"""Introspection of tokens: Authlete's own and that of RFC 7662."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tenants.sandbox import signing, token_lookup
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers import tokens
from tenants.sandbox.http_messages import JsonDict, SandboxResponse, dump_json, json_response
from tenants.sandbox.request_parsing import parse_fields
from tenants.sandbox.state import StoredToken, now_milliseconds

INTROSPECTION_PARAMETERS = {
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
STANDARD_PARAMETERS = {"withHiddenProperties": "flag"} | dict.fromkeys(
    """
    parameters rsUri httpAcceptHeader introspectionSignAlg introspectionEncryptionAlg
    introspectionEncryptionEnc sharedKeyForSign sharedKeyForEncryption
    publicKeyForEncryption
    """.split(),
    "text",
)
JWT_CONTENT_TYPE = "application/token-introspection+jwt"  # RFC 9701, section 4


@dataclass(frozen=True, slots=True)
class IntrospectionOutcome:
    """Authlete's action and result code, and the OAuth error."""

    action: str
    code: str
    message: str
    error: str = ""


VALID = IntrospectionOutcome("OK", "A056001", "The access token is valid.")
MISSING_TOKEN = IntrospectionOutcome(
    "BAD_REQUEST", "A057301", "The access token is missing.", "invalid_request"
)
UNKNOWN_TOKEN = IntrospectionOutcome(
    "UNAUTHORIZED", "A057302", "The access token does not exist.", "invalid_token"
)
OTHER_SERVICE = IntrospectionOutcome(
    "UNAUTHORIZED", "A057303", "The access token belongs to another service.", "invalid_token"
)
FOREIGN_JWT = IntrospectionOutcome(
    "UNAUTHORIZED", "A057304", "The JWT is not by the service.", "invalid_token"
)
# Invented: these codes are undocumented.
EXPIRED_TOKEN = IntrospectionOutcome(
    "UNAUTHORIZED", "A056301", "The access token has expired.", "invalid_token"
)
INSUFFICIENT_SCOPE = IntrospectionOutcome(
    "FORBIDDEN", "A056302", "The access token does not cover the scopes.", "insufficient_scope"
)
OTHER_SUBJECT = IntrospectionOutcome(
    "FORBIDDEN", "A056303", "The access token belongs to another subject.", "invalid_request"
)
OTHER_RESOURCE = IntrospectionOutcome(
    "FORBIDDEN", "A056304", "The access token is not for the resources.", "invalid_target"
)
INSUFFICIENT_AUTHENTICATION = IntrospectionOutcome(
    "UNAUTHORIZED",
    "A056305",
    "The user's authentication doesn't meet the requested ACR or maximum age.",
    "insufficient_user_authentication",  # RFC 9470, section 3
)
MISSING_PROOF = IntrospectionOutcome(
    "UNAUTHORIZED", "A065308", "The access token is bound to a key.", "invalid_token"
)


def introspect(context: SandboxContext) -> SandboxResponse:
    """Describe an access token, which counts as a use of it.

    An expired token without a valid refresh token is deleted: the next introspection
    doesn't find it.
    """
    service = context.get_service("use_introspection")
    params = parse_fields(context.request, INTROSPECTION_PARAMETERS)
    now = now_milliseconds()
    value = params.get("token", "")
    if not value:
        return _build_response(MISSING_TOKEN, None, {})
    own_tokens = context.region.tokens[service["apiKey"]]
    token = token_lookup.find_by_value(own_tokens, value)
    if token is None:
        foreign = token_lookup.tokens_of_other_services(context.region, service)
        return _build_response(
            OTHER_SERVICE if token_lookup.find_by_value(foreign, value) else UNKNOWN_TOKEN, None, {}
        )
    if value.count(".") == 2 and not _is_signed_by(service, value):
        return _build_response(FOREIGN_JWT, None, {})
    token.used_at = now
    finding = _evaluate(token, params, now)
    fields = _describe_token(context, service, token, now)
    fields["sufficient"] = set(params.get("scopes", ())) <= set(token.scopes)
    if finding is EXPIRED_TOKEN and not fields["refreshable"]:
        tokens.remove_tokens(context, service, [token])
    return _build_response(finding, token, fields)


def _evaluate(token: StoredToken, params: JsonDict, now: int) -> IntrospectionOutcome:
    if not token_lookup.is_valid(token, now):
        return EXPIRED_TOKEN
    if token.more.get("certificateThumbprint") and not params.get("clientCertificate"):
        return MISSING_PROOF
    if token.more.get("dpopKeyThumbprint") and not params.get("dpop"):
        return MISSING_PROOF
    if not set(params.get("scopes", ())) <= set(token.scopes):
        return INSUFFICIENT_SCOPE
    if params.get("subject", token.subject) != token.subject:
        return OTHER_SUBJECT
    if not set(params.get("resources", ())) <= set(token.more.get("resources", ())):
        return OTHER_RESOURCE
    acrs, since = params.get("acrValues"), int(token.more.get("authTime", 0))
    is_old = "maxAge" in params and now / 1000 - since > int(params["maxAge"])
    if is_old or (acrs and token.more.get("acr") not in acrs):
        return INSUFFICIENT_AUTHENTICATION
    return VALID


def _describe_token(
    context: SandboxContext, service: JsonDict, token: StoredToken, now: int
) -> JsonDict:
    client = context.region.clients[service["apiKey"]].get(token.client_id, {})
    scopes = service.get("supportedScopes", ())
    fields = {
        "clientId": token.client_id,
        "clientIdAlias": client.get("clientIdAlias"),
        "clientIdAliasUsed": False,
        "expiresAt": token.expires_at,
        "subject": token.subject or None,
        "scopes": list(token.scopes) or None,
        "scopeDetails": [scope for scope in scopes if scope["name"] in token.scopes] or None,
        "existent": True,
        "usable": token_lookup.is_valid(token, now),
        "refreshable": token_lookup.is_refreshable(token, now),
        "properties": list(token.properties) or None,  # including hidden ones
        "grantType": token.grant_type,
        "serviceAttributes": service.get("attributes"),
        "clientAttributes": client.get("attributes"),
        **token.more,
    }
    fields["accessTokenResources"] = fields.get("resources")
    fields.pop("dpopKeyThumbprint", None)
    return fields


def _build_response(
    outcome: IntrospectionOutcome, token: StoredToken | None, fields: JsonDict
) -> SandboxResponse:
    flags = dict.fromkeys(("existent", "usable", "sufficient", "refreshable"), False)
    content = f'Bearer error="{outcome.error}",error_description="{outcome.code}"'
    body = {
        "resultCode": outcome.code,
        "resultMessage": f"[{outcome.code}] {outcome.message}",
        "action": outcome.action,
        "responseContent": content if outcome.error else None,
        "authTime": 0,
        **({} if token else {"clientId": 0, "expiresAt": 0}),
        **flags,
        **fields,
    }
    return json_response({name: value for name, value in body.items() if value is not None})


def _is_signed_by(service: JsonDict, value: str) -> bool:
    """Return whether a JWT is signed with a key of the service."""
    header, _ = signing.parse_jws(value)
    alg = str(header.get("alg"))
    keys = signing.registered_keys(service)
    return any(
        signing.has_valid_signature(value, key, alg) for key in keys if signing.can_sign(key, alg)
    )


def introspect_standard(context: SandboxContext) -> SandboxResponse:
    """Introspect an access token or refresh token (RFC 7662)."""
    service = context.get_service("use_introspection")
    params = parse_fields(context.request, STANDARD_PARAMETERS)
    text = params.get("parameters")
    if not text:
        raise context.action_error("BAD_REQUEST", "A145201", "'parameters' is missing.")
    value = parse_qs(text).get("token", [""])[0]
    if not value:
        raise context.action_error("BAD_REQUEST", "A145202", "'parameters' has no token.")
    own_tokens = context.region.tokens[service["apiKey"]]
    kind, token = "access_token", token_lookup.find_by_value(own_tokens, value)
    if token is None:
        kind, token = (
            "refresh_token",
            token_lookup.find_by_refresh_token(own_tokens, value, allow_hash=False),
        )
    claims: JsonDict = {"active": False}
    if token is not None:
        token.used_at = now = now_milliseconds()
        works = token_lookup.is_valid if kind == "access_token" else token_lookup.is_refreshable
        if works(token, now):
            hidden = params.get("withHiddenProperties", False)
            claims = _standard_claims(service, token, kind, hidden)
    active = str(claims["active"]).lower()
    message = f"[A145001] The introspection was performed (type={kind}, {active=!s})."
    body = {"resultCode": "A145001", "resultMessage": message}
    if params.get("httpAcceptHeader") == JWT_CONTENT_TYPE:
        content = _sign_response(context, service, params, claims)
        return json_response({**body, "action": "JWT", "responseContent": content})
    content = dump_json(claims).decode()
    return json_response({**body, "action": "OK", "responseContent": content})


def _standard_claims(
    service: JsonDict, token: StoredToken, kind: str, include_hidden: bool
) -> JsonDict:
    """Return the token's claims (RFC 7662, section 2.2) and its properties."""
    access = kind == "access_token"
    expires = token.expires_at if access else token.refresh_expires_at
    claims: dict[str, Any] = {
        property_["key"]: property_.get("value")
        for property_ in token.properties
        if property_.get("key") and (include_hidden or not property_.get("hidden"))
    }
    claims |= {
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
    return {name: value for name, value in claims.items() if value is not None}


def _sign_response(
    context: SandboxContext, service: JsonDict, params: JsonDict, claims: JsonDict
) -> str:
    """Return the response as a JWT (RFC 9701, section 5)."""
    if not params.get("rsUri"):
        message = "'rsUri' is required for a JWT response."
        raise context.action_error("BAD_REQUEST", "A404301", message)
    alg = params.get("introspectionSignAlg") or "RS256"
    claims = {
        "iss": service.get("issuer"),
        "aud": params["rsUri"],
        "iat": now_milliseconds() // 1000,
        "token_introspection": claims,
    }
    key_id, typ = service.get("introspectionSignatureKeyId"), "token-introspection+jwt"
    try:
        return signing.sign_jwt(service, claims, alg, key_id, typ=typ)
    except signing.NoSigningKeyError:
        # Invented: the code is undocumented.
        raise context.action_error(
            "INTERNAL_SERVER_ERROR", "A404101", f"There is no key for {alg}."
        ) from None

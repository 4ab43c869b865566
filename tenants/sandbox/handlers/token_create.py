"""Creation of tokens without a sign-in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tenants.sandbox import client_identifiers, signing, token_lookup
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import JsonDict, SandboxResponse, json_response
from tenants.sandbox.request_parsing import parse_fields
from tenants.sandbox.schema.fields import MAX_TEXT_LENGTH
from tenants.sandbox.state import StoredToken, now_milliseconds

CREATE_PARAMETERS = {
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
# Returned by introspection only.
INTROSPECTION_ONLY_FIELDS = (
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
GRANTS_WITHOUT_REFRESH_TOKEN = ("IMPLICIT", "CLIENT_CREDENTIALS")
MAX_SUBJECT_LENGTH = 100


@dataclass(slots=True)
class UsedHashes:
    """Hashes of all tokens in a region."""

    access: set[str]
    refresh: set[str]

    @classmethod
    def for_service(cls, context: SandboxContext, service: JsonDict) -> "UsedHashes":
        """Collect the hashes of the service and of other services."""
        tokens = context.region.tokens[service["apiKey"]]
        tokens = tokens + token_lookup.tokens_of_other_services(context.region, service)
        return cls(
            {token.access_hash for token in tokens}, {token.refresh_hash for token in tokens}
        )

    def add(self, token: StoredToken) -> None:
        """Add the hashes of a new token."""
        self.access.add(token.access_hash)
        self.refresh.add(token.refresh_hash)


def create(context: SandboxContext) -> SandboxResponse:
    """Create a token."""
    service = context.get_service("use_service")
    params = parse_fields(context.request, CREATE_PARAMETERS)
    now = now_milliseconds()
    token = build_token(context, service, params, UsedHashes.for_service(context, service), now)
    client = _find_client(context, service, params)
    expires = _access_token_expiry(service, client, params, now)
    name = client.get("clientIdAlias") if params.get("clientIdAliasUsed") else None
    scopes = list(token.scopes)
    fields = {
        "accessToken": token.access_token,
        "refreshToken": token.refresh_token or None,
        "jwtAccessToken": sign_access_token(context, service, token, params),
        "tokenId": token.token_id,
        "tokenType": service.get("accessTokenType") or "Bearer",
        "clientId": token.client_id,
        "clientIdentifier": name or str(token.client_id),
        "subject": token.subject or None,
        "grantType": token.grant_type,
        "scopes": scopes or None,
        "refreshTokenScopes": (scopes or None) if token.refresh_hash else None,
        "expiresAt": expires,
        "expiresIn": (expires - now) // 1000 if expires else 0,
        "properties": list(token.properties) or None,
        "authorizationDetails": params.get("authorizationDetails"),
        "sessionId": params.get("sessionId"),
        "forExternalAttachment": params.get("forExternalAttachment", False),
    }
    context.region.tokens[service["apiKey"]].append(token)
    return ok_response("A109001", "The access token was created.", fields)


def build_token(
    context: SandboxContext,
    service: JsonDict,
    params: JsonDict,
    used_hashes: UsedHashes,
    created_at: int,
) -> StoredToken:
    """Build a token without storing it; raise `ApiResponseError`."""
    _check_grant_type(context, service, params)
    _check_subject(context, params)
    scopes = _parse_scopes(context, service, params)
    client = _find_client(context, service, params)
    _check_values(context, service, params, used_hashes)
    token = StoredToken(
        "",
        client["clientId"],
        params["grantType"],
        tuple(scopes),
        _round_to_second(created_at),
        _round_to_second(_access_token_expiry(service, client, params, created_at)),
        params.get("subject", ""),
        properties=tuple(params.get("properties", ())),
        access_token=params.get("accessToken") or token_lookup.generate_token_value(),
        token_id=str(uuid4()),
        more={name: params[name] for name in INTROSPECTION_ONLY_FIELDS if params.get(name)},
    )
    token.access_hash = token_lookup.hash_token(token.access_token)
    if _has_refresh_token(service, params):
        token.refresh_token = params.get("refreshToken") or token_lookup.generate_token_value()
        token.refresh_hash = token_lookup.hash_token(token.refresh_token)
        token.refresh_expires_at = _round_to_second(
            _expiry(service, client, params, "refreshToken", created_at)
        )
    return token


def ok_response(code: str, message: str, fields: JsonDict) -> SandboxResponse:
    """Return a response with the action OK; None values are left out."""
    body = {"resultCode": code, "resultMessage": f"[{code}] {message}", "action": "OK"}
    return json_response(
        body | {name: value for name, value in fields.items() if value is not None}
    )


def supported_scopes(service: JsonDict) -> set[Any]:
    """Return the names of the service's scopes."""
    return {scope.get("name") for scope in service.get("supportedScopes", ())}


def compute_lifetime(
    service: JsonDict, client: JsonDict, scopes: Collection[str], token_kind: str
) -> int:
    """Return the lifetime of an `accessToken` or `refreshToken` in seconds.

    It is the shortest duration of service, client and scopes, as far as they are set.
    """
    name = {"accessToken": "access_token", "refreshToken": "refresh_token"}[token_kind]
    durations = [
        pair.get("value")
        for scope in service.get("supportedScopes", ())
        if scope.get("name") in scopes
        for pair in scope.get("attributes") or ()
        if pair.get("key") == f"{name}.duration"
    ]
    lifetimes = [int(text) for text in durations if str(text).isdecimal()]
    for settings in (service, client.get("extension") or {}):
        lifetimes.append(int(settings.get(f"{token_kind}Duration") or 0))
    return min((lifetime for lifetime in lifetimes if lifetime > 0), default=0)


def are_properties_too_big(properties: list[JsonDict]) -> bool:
    """Return whether the properties exceed the size limit."""
    return len(str(properties)) > MAX_TEXT_LENGTH


def _check_grant_type(context: SandboxContext, service: JsonDict, params: JsonDict) -> None:
    grant_type = params.get("grantType")
    if not grant_type:
        raise context.action_error("BAD_REQUEST", "A104201", "'grantType' is missing.")
    if grant_type == "REFRESH_TOKEN":
        raise context.action_error("BAD_REQUEST", "A104202", "REFRESH_TOKEN is not allowed.")
    if grant_type not in (service.get("supportedGrantTypes") or ()):
        message = f"The service does not support the grant type {grant_type}."
        raise context.action_error("BAD_REQUEST", "A104203", message)


def _check_subject(context: SandboxContext, params: JsonDict) -> None:
    subject = params.get("subject", "")
    if params["grantType"] == "CLIENT_CREDENTIALS":
        params["subject"] = ""
        return
    if not subject and params["grantType"] != "JWT_BEARER":
        raise context.action_error("BAD_REQUEST", "A105201", "'subject' is missing.")
    if len(subject) > MAX_SUBJECT_LENGTH:
        raise context.action_error("BAD_REQUEST", "A105202", "'subject' is too long.")
    if not subject.isascii():
        raise context.action_error("BAD_REQUEST", "A105203", "'subject' is not ASCII.")


def _parse_scopes(context: SandboxContext, service: JsonDict, params: JsonDict) -> list[str]:
    scopes = list(dict.fromkeys(params.get("scopes", ())))
    for scope in scopes:
        if scope not in supported_scopes(service):
            message = f"The service does not support the scope '{scope}'."
            raise context.action_error("BAD_REQUEST", "A106201", message)
    return scopes


def _find_client(context: SandboxContext, service: JsonDict, params: JsonDict) -> JsonDict:
    region, own_clients = context.region, context.region.clients[service["apiKey"]]
    name = str(params.get("clientId") or params.get("clientIdentifier", ""))
    client = client_identifiers.find_client(own_clients, name)
    if client is None:
        if any(
            client_identifiers.find_client(other_clients, name)
            for other_clients in region.clients.values()
        ):
            message = "The client belongs to another service."
            raise context.action_error("FORBIDDEN", "A107202", message)
        raise context.action_error("BAD_REQUEST", "A107201", "There is no such client.")
    if client.get("locked"):
        raise context.action_error("FORBIDDEN", "A107203", "The client is locked.")
    return client


def _check_values(
    context: SandboxContext, service: JsonDict, params: JsonDict, used_hashes: UsedHashes
) -> None:
    """Check properties and chosen token values."""
    if are_properties_too_big(params.get("properties", [])):
        raise context.action_error("BAD_REQUEST", "A108201", "'properties' are too big.")
    if params.get("refreshToken") and not _has_refresh_token(service, params):
        index = (
            GRANTS_WITHOUT_REFRESH_TOKEN.index(params["grantType"])
            if params["grantType"] in GRANTS_WITHOUT_REFRESH_TOKEN
            else 2
        )
        message = "No refresh token can come with this."
        raise context.action_error("BAD_REQUEST", f"A10820{2 + index}", message)
    value = params.get("accessToken")
    if value and token_lookup.hash_access_token(value) in used_hashes.access:
        raise context.action_error("BAD_REQUEST", "A144201", "'accessToken' is in use.")
    refresh_token = params.get("refreshToken")
    if refresh_token and token_lookup.hash_token(refresh_token) in used_hashes.refresh:
        raise context.action_error("BAD_REQUEST", "A144202", "'refreshToken' is in use.")


def _has_refresh_token(service: JsonDict, params: JsonDict) -> bool:
    grant_types = service.get("supportedGrantTypes") or ()
    return (
        params["grantType"] not in GRANTS_WITHOUT_REFRESH_TOKEN and "REFRESH_TOKEN" in grant_types
    )


def _access_token_expiry(service: JsonDict, client: JsonDict, params: JsonDict, now: int) -> int:
    """Return the expiry in milliseconds since 1970; 0 means never."""
    if params.get("accessTokenPersistent"):
        return 0
    return _expiry(service, client, params, "accessToken", now)


def _expiry(
    service: JsonDict, client: JsonDict, params: JsonDict, token_kind: str, now: int
) -> int:
    """Return the expiry in milliseconds since 1970."""
    asked_for = int(params.get(f"{token_kind}Duration", 0))
    if asked_for > 0:
        return now + 1000 * asked_for
    return now + 1000 * compute_lifetime(service, client, params.get("scopes", ()), token_kind)


def _round_to_second(milliseconds: int) -> int:
    """Round milliseconds to whole seconds, as Authlete stores them."""
    return round(milliseconds / 1000) * 1000


def sign_access_token(
    context: SandboxContext, service: JsonDict, token: StoredToken, params: JsonDict
) -> str | None:
    """Return the token as a JWT if the service signs its tokens."""
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
    fields = {name: value for name, value in claims.items() if value is not None}
    key_id = service.get("accessTokenSignatureKeyId")
    try:
        return signing.sign_jwt(service, fields, alg, key_id, typ="at+jwt")
    except signing.NoSigningKeyError:
        message = f"The service has no key to sign with {alg}."
        raise context.action_error("INTERNAL_SERVER_ERROR", "A108205", message) from None

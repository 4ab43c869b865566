"""Reissue of ID tokens after a refresh."""

from tenants.sandbox import signing, token_lookup
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers.token_create import ok_response
from tenants.sandbox.http_messages import (
    ActionResponseError,
    JsonDict,
    SandboxResponse,
    dump_json,
    parse_json,
)
from tenants.sandbox.request_parsing import parse_fields
from tenants.sandbox.state import StoredToken, now_milliseconds

REISSUE_PARAMETERS = {
    "accessToken": "text",
    "refreshToken": "text",
    "sub": "text",
    "claims": "text",
    "idtHeaderParams": "text",
    "idTokenAudType": "text",
}


def reissue(context: SandboxContext) -> SandboxResponse:
    """Reissue an ID token. The result codes A0011xx are invented."""
    service = context.get_service("use_service")
    params = parse_fields(context.request, REISSUE_PARAMETERS, allow_forms=False)
    own_tokens = context.region.tokens[service["apiKey"]]
    token = token_lookup.find_by_value(own_tokens, params.get("accessToken", ""))
    if token is None or not token_lookup.is_valid(token, now_milliseconds()):
        raise _caller_error(context, "'accessToken' is missing or does not work.")
    refresh = params.get("refreshToken", "")
    if token_lookup.find_by_refresh_token([token], refresh, allow_hash=False) is None:
        raise _caller_error(context, "'refreshToken' is not that of the access token.")
    try:
        extra, header = (_parse_object(params.get(name)) for name in ("claims", "idtHeaderParams"))
    except ValueError:
        raise _caller_error(context, "'claims' or 'idtHeaderParams' is no object.") from None
    client = context.region.clients[service["apiKey"]].get(token.client_id, {})
    claims = extra | _build_claims(service, token, params)
    alg = client.get("idTokenSignAlg") or "RS256"
    key_id = service.get("idTokenSignatureKeyId")
    try:
        id_token = signing.sign_jwt(service, claims, alg, key_id, **header)
    except signing.NoSigningKeyError:
        message = f"The service has no key to sign with {alg}."
        raise context.action_error("INTERNAL_SERVER_ERROR", "A001197", message) from None
    content = {
        "access_token": params["accessToken"],
        "refresh_token": refresh,
        "id_token": id_token,
        "token_type": service.get("accessTokenType") or "Bearer",
        "expires_in": max(0, token.expires_at - now_milliseconds()) // 1000,
        "scope": " ".join(token.scopes),
    }
    fields = {"responseContent": dump_json(content).decode(), "idToken": id_token}
    return ok_response("A001196", "The ID token was reissued.", fields)


def _build_claims(service: JsonDict, token: StoredToken, params: JsonDict) -> JsonDict:
    now, audience = now_milliseconds() // 1000, str(token.client_id)
    return {
        "iss": service.get("issuer"),
        "sub": params.get("sub") or token.subject,
        "aud": audience if params.get("idTokenAudType") == "string" else [audience],
        "iat": now,
        "exp": now + int(service.get("idTokenDuration") or 0),
    }


def _parse_object(text: str | None) -> JsonDict:
    """Parse a JSON object; raise `ValueError`."""
    value = parse_json(text) if text else {}
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _caller_error(context: SandboxContext, message: str) -> ActionResponseError:
    return context.action_error("CALLER_ERROR", "A001198", message)

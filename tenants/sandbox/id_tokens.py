"""ID tokens that are issued anew beside an access token that was just refreshed."""

from tenants.sandbox import signing, tokens
from tenants.sandbox.context import Context
from tenants.sandbox.errors import Failure
from tenants.sandbox.shapes import members_of
from tenants.sandbox.state import Issued, now
from tenants.sandbox.token_create import done
from tenants.sandbox.wire import Answer, Members, dumps, loads

KINDS = {
    "accessToken": "text",
    "refreshToken": "text",
    "sub": "text",
    "claims": "text",
    "idtHeaderParams": "text",
    "idTokenAudType": "text",
}


def reissue(context: Context) -> Answer:
    """Nobody has told the codes: all of A0011 here are the sandbox's own."""
    service = context.service("use_service")
    asked = members_of(context.request, KINDS, forms=False)
    mine = context.region.tokens[service["apiKey"]]
    token = tokens.by_value(mine, asked.get("accessToken", ""))
    if token is None or not tokens.valid(token, now()):
        raise _caller(context, "'accessToken' is missing or does not work.")
    refresh = asked.get("refreshToken", "")
    if tokens.by_refresh([token], refresh, hashed=False) is None:
        raise _caller(context, "'refreshToken' is not that of the access token.")
    try:
        extra, header = (
            _object(asked.get(one)) for one in ("claims", "idtHeaderParams")
        )
    except ValueError:
        raise _caller(context, "'claims' or 'idtHeaderParams' is no object.") from None
    client = context.region.clients[service["apiKey"]].get(token.client_id, {})
    claims = extra | _claims(service, token, asked)
    alg = client.get("idTokenSignAlg") or "RS256"
    named = service.get("idTokenSignatureKeyId")
    try:
        made = signing.signed(service, claims, alg, named, **header)
    except signing.NoKey:
        said = f"The service has no key to sign with {alg}."
        raise context.failure("INTERNAL_SERVER_ERROR", "A001197", said) from None
    content = {
        "access_token": asked["accessToken"],
        "refresh_token": refresh,
        "id_token": made,
        "token_type": service.get("accessTokenType") or "Bearer",
        "expires_in": max(0, token.expires_at - now()) // 1000,
        "scope": " ".join(token.scopes),
    }
    told = {"responseContent": dumps(content).decode(), "idToken": made}
    return done("A001196", "The ID token was issued anew.", told)


def _claims(service: Members, token: Issued, asked: Members) -> Members:
    at, audience = now() // 1000, str(token.client_id)
    return {
        "iss": service.get("issuer"),
        "sub": asked.get("sub") or token.subject,
        "aud": audience if asked.get("idTokenAudType") == "string" else [audience],
        "iat": at,
        "exp": at + int(service.get("idTokenDuration") or 0),
    }


def _object(text: str | None) -> Members:
    """The JSON object in a text; raises `ValueError`."""
    value = loads(text) if text else {}
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _caller(context: Context, said: str) -> Failure:
    return context.failure("CALLER_ERROR", "A001198", said)

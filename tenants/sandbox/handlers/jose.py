"""Key sets, and verification of signed JWTs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tenants.sandbox import client_identifiers, signing
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import (
    ApiResponseError,
    JsonDict,
    SandboxResponse,
    dump_json,
    json_response,
)
from tenants.sandbox.request_parsing import parse_fields
from tenants.sandbox.signing import parse_keys, to_public_keys
from tenants.sandbox.state import now_milliseconds

VERIFY_PARAMETERS = {
    "jose": "text",
    "mandatoryClaims": "[text]",
    "clockSkew": "int32",
    "clientIdentifier": "text",
    "signedByClient": "flag",
}
TIME_CLAIMS = {
    "exp": ("A160206", "has passed"),
    "iat": ("A160207", "is in the future"),
    "nbf": ("A160208", "is in the future"),
}


@dataclass(slots=True)
class JwsCheck:
    """Problems of a JWS; the result code is that of the first."""

    problems: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    signed: bool = False


def verify(context: SandboxContext) -> SandboxResponse:
    """Verify the signature and claims of a JWS."""
    service = context.get_service("use_service")
    params = parse_fields(context.request, VERIFY_PARAMETERS)
    text = params.get("jose", "")
    if not text:
        raise ApiResponseError(400, "A160201", "'jose' is missing.")
    checked = JwsCheck()
    if text.count(".") == 4:
        checked.problems.append(("A160101", "Encrypted JWTs are not supported."))
        return _build_response(checked)
    try:
        header, claims = signing.parse_jws(text)
    except ValueError as error:
        checked.problems.append(("A160202", f"It cannot be parsed: {error}."))
        return _build_response(checked)
    _check_claims(checked, params, claims)
    if problem := _check_signature(context, service, params, str(header.get("alg"))):
        checked.problems.append(problem)
    return _build_response(checked)


def _check_claims(check: JwsCheck, params: JsonDict, claims: JsonDict) -> None:
    for name in params.get("mandatoryClaims", ()):
        if claims.get(name) is None:
            check.missing.append(name)
            check.problems.append(("A160203", f"The claim '{name}' is missing."))
    skew, now = int(params.get("clockSkew", 0)), now_milliseconds() / 1000
    for name, (code, message) in TIME_CLAIMS.items():
        value: Any = claims.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            problem = ("A160205", f"The claim '{name}' is not an integer.")
        elif value + skew < now if name == "exp" else value - skew > now:
            problem = (code, f"The time of '{name}' {message}.")
        else:
            continue
        check.invalid.append(name)
        check.problems.append(problem)


def _check_signature(
    context: SandboxContext, service: JsonDict, params: JsonDict, alg: str
) -> tuple[str, str] | None:
    """Return the problem of the signature as code and message, or None."""
    holder, code_suffix = service, "218"
    name = params.get("clientIdentifier", "")
    client = client_identifiers.find_client(context.region.clients[service["apiKey"]], name)
    if params.get("signedByClient"):
        if not name:
            return "A160215", "No client is named that signed it."
        if client is None:
            return "A160216", "There is no such client."
        holder, code_suffix = client, "301"
    if alg.startswith("HS"):
        return ("A160217", "There is no shared key.")
    keys = signing.registered_keys(holder)
    if not keys:
        return f"A160{code_suffix}", "No JWK Set is registered."
    fitting = [key for key in keys if signing.can_sign(key, alg)]
    if not fitting:
        return "A160221", "No key fits."
    if any(signing.has_valid_signature(params["jose"], key, alg) for key in fitting):
        return None
    return "A160219", "The signature is wrong."


def _build_response(check: JwsCheck) -> SandboxResponse:
    return json_response(dict(_response_fields(check)))


def _response_fields(check: JwsCheck) -> Iterator[tuple[str, Any]]:
    signature = {"A160101", "A160202", "A160215", "A160216", "A160217", "A160218"}
    signature |= {"A160219", "A160221", "A160301"}
    codes = [code for code, _ in check.problems]
    code = codes[0] if codes else "A160001"
    message = check.problems[0][1] if codes else "The JWS is valid."
    yield "resultCode", code
    yield "resultMessage", f"[{code}] {message}"
    yield "valid", not codes
    yield "signatureValid", signature.isdisjoint(codes)
    if check.missing:
        yield "missingClaims", check.missing
    if check.invalid:
        yield "invalidClaims", check.invalid
    if codes:
        yield "errorDescriptions", [text for _, text in check.problems]


def get(context: SandboxContext) -> SandboxResponse:
    """Return the JWK Set; 204 without one, 302 if it is only published at a URL."""
    service = context.get_service("view_service")
    request = context.request
    if not (text := service.get("jwks")):
        if target := service.get("jwksUri"):
            return SandboxResponse(302, b"", {"Location": target})
        return SandboxResponse(204)
    keys = parse_keys(text)
    if not request.get_flag("includePrivateKeys"):
        keys = to_public_keys(keys)
    return json_response({"keys": keys}, pretty=request.get_flag("pretty"))


def get_credential_keys(context: SandboxContext) -> SandboxResponse:
    """Return the public keys that verify credentials."""
    service = context.get_service("use_service")
    pretty = bool(parse_fields(context.request, {"pretty": "flag"}).get("pretty"))
    if not service.get("verifiableCredentialsEnabled"):
        raise context.action_error("NOT_FOUND", "A402301", "The feature is not enabled.")
    keys = to_public_keys(parse_keys(service.get("credentialJwks")))
    if not keys:
        raise context.action_error(
            "INTERNAL_SERVER_ERROR", "A403201", "The service has no credential keys."
        )
    code = "A402001"
    return json_response(
        {
            "resultCode": code,
            "resultMessage": f"[{code}] The keys were prepared.",
            "action": "OK",
            "responseContent": dump_json({"keys": keys}, pretty=pretty).decode(),
        }
    )

"""Public keys of a service."""

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import SandboxResponse, dump_json, json_response
from tenants.sandbox.request_parsing import parse_fields
from tenants.sandbox.signing import parse_keys, to_public_keys


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

"""A service's JWK Set, as the world may see it."""

import json
from typing import Any

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import (
    JsonDict,
    SandboxResponse,
    dump_json,
    json_response,
)
from tenants.sandbox.request_parsing import parse_fields

PRIVATE_KEY_FIELDS = frozenset("d p q dp dq qi oth k".split())  # RFC 7518, section 6


def get(context: SandboxContext) -> SandboxResponse:
    """The keys; 204 without any, 302 where they are published elsewhere."""
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
    """The public keys by which credentials are signed (Authlete facts, 3.4)."""
    service = context.get_service("use_service")
    pretty = bool(parse_fields(context.request, {"pretty": "flag"}).get("pretty"))
    if not service.get("verifiableCredentialsEnabled"):
        raise context.action_error("NOT_FOUND", "A402301", "The feature is not enabled.")
    found = to_public_keys(parse_keys(service.get("credentialJwks")))
    if not found:
        raise context.action_error(
            "INTERNAL_SERVER_ERROR", "A403201", "The service has no credential keys."
        )
    code = "A402001"
    return json_response(
        {
            "resultCode": code,
            "resultMessage": f"[{code}] The keys were prepared.",
            "action": "OK",
            "responseContent": dump_json({"keys": found}, pretty=pretty).decode(),
        }
    )


def parse_keys(text: str | None) -> list[JsonDict]:
    found: Any = json.loads(text) if text else {}
    return list(found.get("keys", []))


def to_public_keys(keys: list[JsonDict]) -> list[JsonDict]:
    """The keys without their private parts; a symmetric key has no other."""
    return [
        {name: part for name, part in key.items() if name not in PRIVATE_KEY_FIELDS}
        for key in keys
        if key.get("kty") != "oct"
    ]

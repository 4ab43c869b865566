"""A service's JWK Set, as the world may see it."""

import json
from typing import Any

from tenants.sandbox.context import Context
from tenants.sandbox.shapes import members_of
from tenants.sandbox.wire import Answer, Members, answer, dumps

PRIVATE = frozenset("d p q dp dq qi oth k".split())  # RFC 7518, section 6


def get(context: Context) -> Answer:
    """The keys; 204 without any, 302 where they are published elsewhere."""
    service = context.service("view_service")
    request = context.request
    if not (text := service.get("jwks")):
        if target := service.get("jwksUri"):
            return Answer(302, b"", {"Location": target})
        return Answer(204)
    keys = keys_of(text)
    if not request.flag("includePrivateKeys"):
        keys = public(keys)
    return answer({"keys": keys}, pretty=request.flag("pretty"))


def of_credentials(context: Context) -> Answer:
    """The public keys by which credentials are signed (api.md, section 3.4)."""
    service = context.service("use_service")
    pretty = bool(members_of(context.request, {"pretty": "flag"}).get("pretty"))
    if not service.get("verifiableCredentialsEnabled"):
        raise context.failure("NOT_FOUND", "A402301", "The feature is not enabled.")
    found = public(keys_of(service.get("credentialJwks")))
    if not found:
        raise context.failure(
            "INTERNAL_SERVER_ERROR", "A403201", "The service has no credential keys."
        )
    code = "A402001"
    return answer(
        {
            "resultCode": code,
            "resultMessage": f"[{code}] The keys were prepared.",
            "action": "OK",
            "responseContent": dumps({"keys": found}, pretty=pretty).decode(),
        }
    )


def keys_of(text: str | None) -> list[Members]:
    found: Any = json.loads(text) if text else {}
    return list(found.get("keys", []))


def public(keys: list[Members]) -> list[Members]:
    """The keys without their private parts; a symmetric key has no other."""
    return [
        {name: part for name, part in key.items() if name not in PRIVATE}
        for key in keys
        if key.get("kty") != "oct"
    ]

"""Keys in hardware security modules (HSMs).

A key is stored only in ``hsks`` of its service, without its private part.
"""

import re
from collections.abc import Collection
from secrets import token_urlsafe

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import (
    ActionResponseError,
    ApiResponseError,
    JsonDict,
    SandboxResponse,
    json_response,
)
from tenants.sandbox.request_parsing import parse_fields
from tenants.sandbox.seeding.keys import create_public_key_der

HARDWARE_KEY_PARAMETERS = dict.fromkeys(("kty", "use", "alg", "kid", "hsmName"), "text")
HSM_NAME_PATTERN = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,29}")
MAX_KEY_ID_LENGTH = 100  # characters; undocumented

# By use and type (RFC 7518, sections 3.1 and 4.1; RFC 8812, section 3.2).
ALGORITHMS = {
    "sig": {
        "EC": "ES256 ES384 ES512 ES256K".split(),
        "RSA": "RS256 RS384 RS512 PS256 PS384 PS512".split(),
    },
    "enc": {
        "EC": "ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW".split(),
        "RSA": "RSA1_5 RSA-OAEP RSA-OAEP-256".split(),
    },
}
ALL_ALGORITHMS = {alg for of in ALGORITHMS.values() for algs in of.values() for alg in algs}
# Algorithms per HSM; the first HSM is the default.
ALGORITHMS_BY_HSM = {
    "google": set("ES256 ES384 RS256 RS512 PS256 PS512 RSA-OAEP RSA-OAEP-256".split()),
    "luna": ALL_ALGORITHMS - {"ES256K", "RSA1_5"},
}


def create(context: SandboxContext) -> SandboxResponse:
    """Create a key."""
    service = _get_service(context, "modify_service", "A266201")
    key = _validate_parameters(context, parse_fields(context.request, HARDWARE_KEY_PARAMETERS))
    key |= {"handle": token_urlsafe(32), "publicKey": create_public_key_der(key["alg"])}
    service["hsks"] = [*service.get("hsks", ()), key]
    return _success_response("A266001", "The key was created.", hsk=key)


def get(context: SandboxContext) -> SandboxResponse:
    """Return a key."""
    service = _get_service(context, "view_service", "A268201")
    key = _find_key(context, service, "A268202")
    return _success_response("A268001", "The key was found.", hsk=key)


def get_list(context: SandboxContext) -> SandboxResponse:
    """Return all keys of a service."""
    service = _get_service(context, "view_service", "A269201")
    fields = {"hsks": service["hsks"]} if service.get("hsks") else {}
    return _success_response("A269001", "The keys were listed.", **fields)


def delete(context: SandboxContext) -> SandboxResponse:
    """Destroy a key, even if its record stays (`half_deleted`)."""
    service = _get_service(context, "modify_service", "A270201")
    key = _find_key(context, service, "A270202")
    if context.state.half_deleted:
        raise context.action_error("SERVER_ERROR", "A270102", "The HSM no longer has this key.")
    service["hsks"] = [other for other in service["hsks"] if other is not key]
    if context.state.deleted_told:
        return _success_response("A270001", "The key was deleted.", hsk=key)
    return SandboxResponse(204)


def _get_service(context: SandboxContext, permission: str, disabled_code: str) -> JsonDict:
    """Return the service if the server and the service support HSMs."""
    service = context.get_service(permission)
    if context.region.name in context.state.without_hsm:
        raise ApiResponseError(
            403, "A001223", "The server feature 'hsm' must be enabled to use this API."
        )
    if not service.get("hsmEnabled"):
        raise context.action_error(
            "INVALID_REQUEST", disabled_code, "The service does not have HSM support enabled."
        )
    return service


def _find_key(context: SandboxContext, service: JsonDict, code: str) -> JsonDict:
    handle = context.path_params["handle"]
    for other in service.get("hsks", ()):
        if other.get("handle") == handle:
            key: JsonDict = other
            return key
    raise context.action_error("NOT_FOUND", code, f"There is no key '{handle}'.")


def _validate_parameters(context: SandboxContext, params: JsonDict) -> JsonDict:
    """Return the key to create; check in the order of result codes."""

    def bad(code: str, message: str) -> ActionResponseError:
        return context.action_error("INVALID_REQUEST", code, message)

    for name in ("kty", "use", "alg"):
        if not params.get(name):
            raise bad("A263201", f"The parameter '{name}' is missing.")
    kty, use, alg = params["kty"], params["use"], params["alg"]
    words: dict[str, Collection[str]]
    words = {"kty": ALGORITHMS["sig"], "use": ALGORITHMS, "alg": ALL_ALGORITHMS}
    for name in words:
        if params[name] not in words[name]:
            raise bad("A263202", f"The value of '{name}' is not supported.")
    if not any(alg in algs for algs in ALGORITHMS[use].values()):
        raise bad("A263203", f"The algorithm '{alg}' cannot be used for '{use}'.")
    if alg not in ALGORITHMS[use][kty]:
        raise bad("A263204", f"The algorithm '{alg}' does not fit the type '{kty}'.")
    kid = params.get("kid") or token_urlsafe(32)
    if len(kid) > MAX_KEY_ID_LENGTH:
        raise bad("A263205", "The key ID is too long.")
    if not kid.isascii():
        raise bad("A263206", "The key ID has characters other than ASCII.")
    module = params.get("hsmName") or next(iter(ALGORITHMS_BY_HSM))
    if not HSM_NAME_PATTERN.fullmatch(module) or module not in ALGORITHMS_BY_HSM:
        raise bad("A264201", f"There is no HSM '{module}'.")
    if alg not in ALGORITHMS_BY_HSM[module]:
        raise bad("A263207", f"The HSM does not support the algorithm '{alg}'.")
    return {"kty": kty, "use": use, "kid": kid, "hsmName": module, "alg": alg}


def _success_response(code: str, message: str, **fields: object) -> SandboxResponse:
    body = {"resultCode": code, "resultMessage": f"[{code}] {message}"}
    return json_response(body | {"action": "SUCCESS"} | fields)

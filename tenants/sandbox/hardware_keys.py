"""Keys in hardware security modules, and the modules that they are in.

A key is in ``hsks`` of its service and nowhere else; of its private part nothing is
kept.
"""

import re
from collections.abc import Collection
from secrets import token_urlsafe

from tenants.sandbox.context import Context
from tenants.sandbox.errors import Failure, Refusal
from tenants.sandbox.minting import public_der
from tenants.sandbox.shapes import members_of
from tenants.sandbox.wire import Answer, Members, answer

KINDS = dict.fromkeys(("kty", "use", "alg", "kid", "hsmName"), "text")
NAME = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,29}")
LONGEST = 100  # characters of a key ID; nobody has told

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
EVERY = {alg for of in ALGORITHMS.values() for algs in of.values() for alg in algs}
# What each module of a cluster can do; the first one is the default.
MODULES = {
    "google": set("ES256 ES384 RS256 RS512 PS256 PS512 RSA-OAEP RSA-OAEP-256".split()),
    "luna": EVERY - {"ES256K", "RSA1_5"},
}


def create(context: Context) -> Answer:
    service = _service(context, "modify_service", "A266201")
    made = _checked(context, members_of(context.request, KINDS))
    made |= {"handle": token_urlsafe(32), "publicKey": public_der(made["alg"])}
    service["hsks"] = [*service.get("hsks", ()), made]
    return _done("A266001", "The key was created.", hsk=made)


def get(context: Context) -> Answer:
    service = _service(context, "view_service", "A268201")
    found = _key(context, service, "A268202")
    return _done("A268001", "The key was found.", hsk=found)


def get_list(context: Context) -> Answer:
    service = _service(context, "view_service", "A269201")
    found = {"hsks": service["hsks"]} if service.get("hsks") else {}
    return _done("A269001", "The keys were listed.", **found)


def delete(context: Context) -> Answer:
    """Destroy a key; it cannot come back, not even where its record stays."""
    service = _service(context, "modify_service", "A270201")
    found = _key(context, service, "A270202")
    if context.state.half_deleted:
        raise context.failure(
            "SERVER_ERROR",
            "A270102",
            "The HSM has no such key any more.",
        )
    service["hsks"] = [one for one in service["hsks"] if one is not found]
    if context.state.deleted_told:
        return _done("A270001", "The key was deleted.", hsk=found)
    return Answer(204)


def _service(context: Context, right: str, off: str) -> Members:
    """The service, where server and service have hardware keys."""
    service = context.service(right)
    if context.region.name in context.state.without_hsm:
        raise Refusal(
            403, "A001223", "The server feature 'hsm' must be enabled to use this API."
        )
    if not service.get("hsmEnabled"):
        raise context.failure(
            "INVALID_REQUEST", off, "The service does not have HSM support enabled."
        )
    return service


def _key(context: Context, service: Members, code: str) -> Members:
    handle = context.places["handle"]
    for one in service.get("hsks", ()):
        if one.get("handle") == handle:
            found: Members = one
            return found
    raise context.failure("NOT_FOUND", code, f"There is no key '{handle}'.")


def _checked(context: Context, asked: Members) -> Members:
    """What may be made of what was asked for, in the order of the codes."""

    def bad(code: str, message: str) -> Failure:
        return context.failure("INVALID_REQUEST", code, message)

    for name in ("kty", "use", "alg"):
        if not asked.get(name):
            raise bad("A263201", f"The parameter '{name}' is missing.")
    kty, use, alg = asked["kty"], asked["use"], asked["alg"]
    words: dict[str, Collection[str]]
    words = {"kty": ALGORITHMS["sig"], "use": ALGORITHMS, "alg": EVERY}
    for name in words:
        if asked[name] not in words[name]:
            raise bad("A263202", f"The value of '{name}' is not supported.")
    if not any(alg in algs for algs in ALGORITHMS[use].values()):
        raise bad("A263203", f"The algorithm '{alg}' cannot be used for '{use}'.")
    if alg not in ALGORITHMS[use][kty]:
        raise bad("A263204", f"The algorithm '{alg}' does not fit the type '{kty}'.")
    kid = asked.get("kid") or token_urlsafe(32)
    if len(kid) > LONGEST:
        raise bad("A263205", "The key ID is too long.")
    if not kid.isascii():
        raise bad("A263206", "The key ID has characters other than ASCII.")
    module = asked.get("hsmName") or next(iter(MODULES))
    if not NAME.fullmatch(module) or module not in MODULES:
        raise bad("A264201", f"There is no HSM '{module}'.")
    if alg not in MODULES[module]:
        raise bad("A263207", f"The HSM does not support the algorithm '{alg}'.")
    return {"kty": kty, "use": use, "kid": kid, "hsmName": module, "alg": alg}


def _done(code: str, message: str, **found: object) -> Answer:
    said = {"resultCode": code, "resultMessage": f"[{code}] {message}"}
    return answer(said | {"action": "SUCCESS"} | found)

"""What a server refuses in a service, with the codes of api.md, section 3.4."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from cryptography import x509

from tenants.sandbox.errors import Refusal
from tenants.sandbox.service_fields import SERVICE
from tenants.sandbox.wire import Members

TEXT = 65_535  # characters of any text
SCOPE_NAME = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
RESERVED = frozenset(  # RFC 7591, section 2, and its like
    """
    client_id client_secret client_name redirect_uris grant_types response_types
    token_endpoint_auth_method scope jwks jwks_uri contacts software_id
    software_version
    """.split()
)


def check(service: Members) -> None:
    """Raises `Refusal`, 400, naming the first member that cannot be."""
    for name, kind in SERVICE.kinds.items():
        value = service.get(name)
        if value is None:
            continue
        if kind in ("int32", "int64"):
            _number(name, value)
        elif kind == "uri":
            _uri(name, value)
        elif kind in ("jwks", "json"):
            _json(name, kind, value)
        elif kind == "text" and len(value) > TEXT:
            raise _bad("A031204", f"'{name}' is too long.")
        elif kind == "[trust_anchor]":
            for anchor in value:
                _json(f"{name}.jwks", "jwks", anchor.get("jwks", '{"keys": []}'))
        elif kind in ("[pair]", "[tagged_value]", "[named_uri]"):
            _keyed(name, value)
    _own_rules(service)
    _scopes(service.get("supportedScopes") or ())


def _number(name: str, value: int) -> None:
    if value < 0:
        raise _bad("A031213", f"'{name}' is negative.")
    limit = {"userCodeLength": 255, "allowableClockSkew": 65_535}.get(name)
    if limit is not None and value > limit:
        raise _bad("A031221", f"'{name}' is out of range; the most is {limit}.")


def _uri(name: str, value: str) -> None:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = None
    if parts is None or " " in value or not value:
        raise _bad("A031208", f"'{name}' is not a valid URI.")
    if not parts.scheme:
        raise _bad("A031209", f"'{name}' is not an absolute URI.")
    if name == "endSessionEndpoint" and parts.scheme != "https":
        raise _bad("A031219", f"'{name}' does not use https.")
    if name == "endSessionEndpoint" and parts.fragment:
        raise _bad("A031210", f"'{name}' has a fragment component.")


def _json(name: str, kind: str, value: str) -> None:
    if len(value) > TEXT:
        raise _bad("A031215", f"'{name}' is too long.")
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        raise _bad("A031212", f"'{name}' could not be parsed as JSON.") from None
    if kind == "jwks":
        keys = found.get("keys") if isinstance(found, dict) else None
        whole = isinstance(keys, list) and all(
            isinstance(key, dict) and isinstance(key.get("kty"), str) for key in keys
        )
        if not whole:
            raise _bad("A031212", f"'{name}' could not be parsed as a JWK Set.")


def _keyed(name: str, pairs: list[Members]) -> None:
    if any(not pair.get("key") and not pair.get("name") for pair in pairs):
        raise _bad("A031202", f"An element of '{name}' has no name.")
    if len(str(pairs)) > TEXT:
        raise _bad("A039231", f"'{name}' is too big.")


def _own_rules(service: Members) -> None:
    if issuer := service.get("issuer"):
        parts = urlsplit(issuer)
        if parts.scheme != "https":
            raise _bad("A031219", "'issuer' does not use https.")
        if parts.query:
            raise _bad("A031218", "'issuer' has a query component.")
        if parts.fragment:
            raise _bad("A031210", "'issuer' has a fragment component.")
    if str(service.get("accessTokenSignAlg") or "").startswith("HS"):
        raise _bad("A031222", "'accessTokenSignAlg' must be asymmetric.")
    for pem in service.get("trustedRootCertificates") or ():
        try:
            x509.load_pem_x509_certificate(pem.encode())
        except ValueError:
            raise _bad(
                "A039230", "'trustedRootCertificates' has a malformed certificate."
            ) from None
    for taken in RESERVED & set(service.get("supportedCustomClientMetadata") or ()):
        raise _bad("A039232", f"'supportedCustomClientMetadata': {taken} is reserved.")


def _scopes(scopes: Iterable[Members]) -> None:
    names = Counter(scope.get("name") for scope in scopes)
    for name, times in names.items():
        if not name:
            raise _bad("A039204", "A scope in 'supportedScopes' has no name.")
        if times > 1:
            raise _bad("A039203", f"'supportedScopes' has '{name}' twice.")
        if len(name) > 255:
            raise _bad("A039205", "A scope name in 'supportedScopes' is too long.")
        if not SCOPE_NAME.fullmatch(name):
            raise _bad("A039206", f"'supportedScopes': bad letter in '{name}'.")
    for scope in scopes:
        if len(scope.get("description", "")) > TEXT:
            raise _bad("A039207", "A description in 'supportedScopes' is too long.")
        if any(not one.get("tag") for one in scope.get("descriptions", ())):
            raise _bad("A039217", "A description in 'supportedScopes' has no tag.")
        if any(not one.get("key") for one in scope.get("attributes", ())):
            raise _bad("A039224", "An attribute in 'supportedScopes' has no key.")


def _bad(code: str, message: str) -> Refusal:
    return Refusal(400, code, message)

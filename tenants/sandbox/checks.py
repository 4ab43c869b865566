"""What a server refuses in a service, with the codes of api.md, section 3.4."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from cryptography import x509

from tenants.sandbox import values
from tenants.sandbox.service_fields import SERVICE
from tenants.sandbox.values import TEXT, bad
from tenants.sandbox.wire import Members

LIMITS = {"userCodeLength": 255, "allowableClockSkew": 65_535}
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
            values.number(name, value)
        elif kind == "uri":
            values.uri(name, value)
        elif kind in ("jwks", "json"):
            values.json_text(name, kind, value)
        elif kind == "text" and len(value) > TEXT:
            raise bad("A031204", f"'{name}' is too long.")
        elif kind == "[trust_anchor]":
            for anchor in value:
                keys = anchor.get("jwks", '{"keys": []}')
                values.json_text(f"{name}.jwks", "jwks", keys)
        elif kind in ("[pair]", "[tagged_value]", "[named_uri]"):
            values.keyed(name, value, "A039231")
    _own_rules(service)
    _scopes(service.get("supportedScopes") or ())


def _own_rules(service: Members) -> None:
    for name, limit in LIMITS.items():
        if service.get(name, 0) > limit:
            raise bad("A031221", f"'{name}' is out of range; the most is {limit}.")
    for name in ("issuer", "endSessionEndpoint"):
        if value := service.get(name):
            values.https(name, value)
            values.no_fragment(name, value)
    if urlsplit(service.get("issuer", "")).query:
        raise bad("A031218", "'issuer' has a query component.")
    if str(service.get("accessTokenSignAlg") or "").startswith("HS"):
        raise bad("A031222", "'accessTokenSignAlg' must be asymmetric.")
    for pem in service.get("trustedRootCertificates") or ():
        try:
            x509.load_pem_x509_certificate(pem.encode())
        except ValueError:
            raise bad(
                "A039230", "'trustedRootCertificates' has a malformed certificate."
            ) from None
    for taken in RESERVED & set(service.get("supportedCustomClientMetadata") or ()):
        raise bad("A039232", f"'supportedCustomClientMetadata': {taken} is reserved.")


def _scopes(scopes: Iterable[Members]) -> None:
    names = Counter(scope.get("name") for scope in scopes)
    for name, times in names.items():
        if not name:
            raise bad("A039204", "A scope in 'supportedScopes' has no name.")
        if times > 1:
            raise bad("A039203", f"'supportedScopes' has '{name}' twice.")
        if len(name) > 255:
            raise bad("A039205", "A scope name in 'supportedScopes' is too long.")
        if not SCOPE_NAME.fullmatch(name):
            raise bad("A039206", f"'supportedScopes': bad letter in '{name}'.")
    for scope in scopes:
        if len(scope.get("description", "")) > TEXT:
            raise bad("A039207", "A description in 'supportedScopes' is too long.")
        if any(not one.get("tag") for one in scope.get("descriptions", ())):
            raise bad("A039217", "A description in 'supportedScopes' has no tag.")
        if any(not one.get("key") for one in scope.get("attributes", ())):
            raise bad("A039224", "An attribute in 'supportedScopes' has no key.")

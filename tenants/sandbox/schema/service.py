"""Fields of a service (spec 3.0.16, schema `service`) and their validation.

Differences of live servers are included: `supportedAcrs` can be written.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from cryptography import x509

from tenants.authlete.documents.service import SECTIONS
from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.schema import fields
from tenants.sandbox.schema.fields import MAX_TEXT_LENGTH, FieldTable, bad_request

# Types that differ from those of the console's settings: live servers take any text.
_SERVICE_TYPES = {
    "apiKey": "int64",
    **dict.fromkeys(
        """
        allowableClockSkew backchannelAuthReqIdDuration backchannelPollingInterval
        deviceFlowCodeDuration deviceFlowPollingInterval federationConfigurationDuration
        """.split(),
        "int32",
    ),
    **dict.fromkeys(
        """
        credentialJwksUri federationRegistrationEndpoint grantManagementEndpoint issuer
        signedJwksUri
        """.split(),
        "text",
    ),
}

# Values if an update leaves the field out. Empty lists are stored and break the service.
_SERVICE_FALLBACKS = {
    "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "supportedResponseTypes": ["CODE"],
    "supportedTokenAuthMethods": ["CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST"],
    "supportedDisplays": ["PAGE"],
    "supportedPromptValues": ["NONE", "LOGIN", "CONSENT", "SELECT_ACCOUNT"],
    "supportedClaimTypes": ["NORMAL"],
}

_SERVICE_SUMMARY = ("number", "serviceName", "description", "apiKey")


SERVICE_FIELDS = FieldTable.from_settings(
    SECTIONS, _SERVICE_TYPES, _SERVICE_FALLBACKS, _SERVICE_SUMMARY
)


INTEGER_MAXIMUMS = {"userCodeLength": 255, "allowableClockSkew": 65_535}
SCOPE_NAME = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
RESERVED_CLIENT_METADATA = frozenset(  # RFC 7591, section 2, and extensions
    """
    client_id client_secret client_name redirect_uris grant_types response_types
    token_endpoint_auth_method scope jwks jwks_uri contacts software_id
    software_version
    """.split()
)


def validate_service(service: JsonDict) -> None:
    """Raise `ApiResponseError`, 400, for the first invalid field."""
    for name, type_name in SERVICE_FIELDS.types.items():
        value = service.get(name)
        if value is None:
            continue
        if type_name in ("int32", "int64"):
            fields.validate_number(name, value)
        elif type_name == "uri":
            fields.validate_uri(name, value)
        elif type_name in ("jwks", "json"):
            fields.validate_json_text(name, type_name, value)
        elif type_name == "text" and len(value) > MAX_TEXT_LENGTH:
            raise bad_request("A031204", f"'{name}' is too long.")
        elif type_name == "[trust_anchor]":
            for anchor in value:
                keys = anchor.get("jwks", '{"keys": []}')
                fields.validate_json_text(f"{name}.jwks", "jwks", keys)
        elif type_name in ("[pair]", "[tagged_value]", "[named_uri]"):
            fields.validate_keyed_list(name, value, "A039231")
    _validate_rules(service)
    _validate_scopes(service.get("supportedScopes") or ())


def _validate_rules(service: JsonDict) -> None:
    for name, limit in INTEGER_MAXIMUMS.items():
        if service.get(name, 0) > limit:
            raise bad_request("A031221", f"'{name}' is out of range; the most is {limit}.")
    for name in ("issuer", "endSessionEndpoint"):
        if value := service.get(name):
            fields.validate_https(name, value)
            fields.validate_no_fragment(name, value)
    if urlsplit(service.get("issuer", "")).query:
        raise bad_request("A031218", "'issuer' has a query component.")
    if str(service.get("accessTokenSignAlg") or "").startswith("HS"):
        raise bad_request("A031222", "'accessTokenSignAlg' must be asymmetric.")
    for pem in service.get("trustedRootCertificates") or ():
        try:
            x509.load_pem_x509_certificate(pem.encode())
        except ValueError:
            raise bad_request(
                "A039230", "'trustedRootCertificates' has a malformed certificate."
            ) from None
    for name_in_use in RESERVED_CLIENT_METADATA & set(
        service.get("supportedCustomClientMetadata") or ()
    ):
        raise bad_request("A039232", f"'supportedCustomClientMetadata': {name_in_use} is reserved.")


def _validate_scopes(scopes: Iterable[JsonDict]) -> None:
    names = Counter(scope.get("name") for scope in scopes)
    for name, times in names.items():
        if not name:
            raise bad_request("A039204", "A scope in 'supportedScopes' has no name.")
        if times > 1:
            raise bad_request("A039203", f"'supportedScopes' has '{name}' twice.")
        if len(name) > 255:
            raise bad_request("A039205", "A scope name in 'supportedScopes' is too long.")
        if not SCOPE_NAME.fullmatch(name):
            raise bad_request("A039206", f"'supportedScopes': bad letter in '{name}'.")
    for scope in scopes:
        if len(scope.get("description", "")) > MAX_TEXT_LENGTH:
            raise bad_request("A039207", "A description in 'supportedScopes' is too long.")
        if any(not description.get("tag") for description in scope.get("descriptions", ())):
            raise bad_request("A039217", "A description in 'supportedScopes' has no tag.")
        if any(not attribute.get("key") for attribute in scope.get("attributes", ())):
            raise bad_request("A039224", "An attribute in 'supportedScopes' has no key.")

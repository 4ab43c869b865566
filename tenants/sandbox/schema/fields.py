"""Field types and enumerations of an Authlete 3.0 server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

from tenants.sandbox.http_messages import ApiResponseError, JsonDict

MAX_TEXT_LENGTH = 65_535  # characters


def validate_number(name: str, value: int) -> None:
    """Reject negative numbers."""
    if value < 0:
        raise bad_request("A031213", f"'{name}' is negative.")


def validate_uri(name: str, value: str) -> None:
    """Require an absolute URI."""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = None
    if parts is None or " " in value or not value:
        raise bad_request("A031208", f"'{name}' is not a valid URI.")
    if not parts.scheme:
        raise bad_request("A031209", f"'{name}' is not an absolute URI.")


def validate_ascii(name: str, value: str) -> None:
    """Reject characters that aren't ASCII."""
    if not value.isascii():
        raise bad_request("A031203", f"'{name}' has a character that is not ASCII.")


def validate_json_text(name: str, type_name: str, value: str) -> None:
    """Require JSON; for the type ``jwks``, a JWK Set."""
    if len(value) > MAX_TEXT_LENGTH:
        raise bad_request("A031215", f"'{name}' is too long.")
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        raise bad_request("A031212", f"'{name}' could not be parsed as JSON.") from None
    if type_name == "jwks":
        keys = parsed.get("keys") if isinstance(parsed, dict) else None
        is_valid = isinstance(keys, list) and all(
            isinstance(key, dict) and isinstance(key.get("kty"), str) for key in keys
        )
        if not is_valid:
            raise bad_request("A031212", f"'{name}' could not be parsed as a JWK Set.")


def validate_keyed_list(name: str, pairs: list[JsonDict], too_big_code: str) -> None:
    """Require a name for each entry; ``too_big_code`` is the code for too much text."""
    if any(not pair.get("key") and not pair.get("name") for pair in pairs):
        raise bad_request("A031202", f"An element of '{name}' has no name.")
    if len(str(pairs)) > MAX_TEXT_LENGTH:
        raise bad_request(too_big_code, f"'{name}' is too big.")


def validate_https(name: str, value: str) -> None:
    """Require the scheme https."""
    if urlsplit(value).scheme != "https":
        raise bad_request("A031219", f"'{name}' does not use https.")


def validate_no_fragment(name: str, value: str) -> None:
    """Reject URIs with a fragment."""
    if urlsplit(value).fragment:
        raise bad_request("A031210", f"'{name}' has a fragment component.")


def bad_request(code: str, message: str) -> ApiResponseError:
    """Build an error with status 400."""
    return ApiResponseError(400, code, message)


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields of a schema.

    ``types`` are in response order; updates don't store ``read_only`` fields; ``fallbacks``
    apply if an update leaves a field out; ``summary`` are the fields of limited views.
    """

    types: Mapping[str, str]
    read_only: frozenset[str]
    fallbacks: Mapping[str, Any]
    summary: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, fallbacks: Mapping[str, Any], limited: tuple[str, ...]) -> Self:
        """Parse lines of name, type, and a dash for read-only fields."""
        rows = _split_rows(text)
        return cls(
            {name: type_name for name, type_name, *_ in rows},
            frozenset(name for name, _kind, *mark in rows if mark),
            fallbacks,
            limited,
        )


OBJECT_TYPES = {
    "pair": {"key": "text", "value": "text"},
    "property": {"key": "text", "value": "text", "hidden": "flag"},
    "tagged_value": {"tag": "text", "value": "text"},
    "named_uri": {"name": "text", "uri": "uri"},
    "sns_credentials": {"sns": "text", "apiKey": "text", "apiSecret": "text"},
    "trust_anchor": {"entityId": "text", "jwks": "jwks"},
    "scope": {
        "name": "text",
        "defaultEntry": "flag",
        "description": "text",
        "descriptions": "[tagged_value]",
        "attributes": "[pair]",
    },
    "client_extension": {
        "requestableScopes": "[text]",
        "requestableScopesEnabled": "flag",
        "accessTokenDuration": "int64",
        "refreshTokenDuration": "int64",
        "idTokenDuration": "int64",
        "tokenExchangePermitted": "flag",
    },
    "hsk": dict.fromkeys("kty use kid hsmName handle publicKey alg".split(), "text"),
    "credential_issuer_metadata": {
        "authorizationServers": "[text]",
        "credentialIssuer": "text",
        "credentialEndpoint": "uri",
        "batchCredentialEndpoint": "uri",
        "deferredCredentialEndpoint": "text",
        "credentialsSupported": "json",
        "credentialResponseEncryptionAlgValuesSupported": "[text]",
        "credentialResponseEncryptionEncValuesSupported": "[text]",
        "requireCredentialResponseEncryption": "flag",
    },
}

# Name and values; repeated names continue the list.
_ENUM_VALUES = """
application_type WEB NATIVE
attachment_type EMBEDDED EXTERNAL
claim_type NORMAL AGGREGATED DISTRIBUTED
client_auth_method NONE CLIENT_SECRET_BASIC CLIENT_SECRET_POST CLIENT_SECRET_JWT
client_auth_method PRIVATE_KEY_JWT TLS_CLIENT_AUTH SELF_SIGNED_TLS_CLIENT_AUTH
client_auth_method ATTEST_JWT_CLIENT_AUTH SPIFFE_JWT
client_registration_type AUTOMATIC EXPLICIT
client_source STATIC_REGISTRATION DYNAMIC_REGISTRATION AUTOMATIC_REGISTRATION
client_source EXPLICIT_REGISTRATION METADATA_DOCUMENT
client_type PUBLIC CONFIDENTIAL
delivery_mode PING POLL PUSH
display PAGE POPUP TOUCH WAP
fapi_mode FAPI1_ADVANCED FAPI1_BASELINE FAPI2_MESSAGE_SIGNING_AUTH_REQ
fapi_mode FAPI2_MESSAGE_SIGNING_AUTH_RES FAPI2_MESSAGE_SIGNING_INTROSPECTION_RES
fapi_mode FAPI2_SECURITY FAPI2_MESSAGE_SIGNING_RESOURCE_REQ
fapi_mode FAPI2_MESSAGE_SIGNING_RESOURCE_RES
grant_type AUTHORIZATION_CODE IMPLICIT PASSWORD CLIENT_CREDENTIALS REFRESH_TOKEN
grant_type CIBA DEVICE_CODE TOKEN_EXCHANGE JWT_BEARER PRE_AUTHORIZED_CODE
jwe_alg RSA1_5 RSA_OAEP RSA_OAEP_256 A128KW A192KW A256KW DIR ECDH_ES
jwe_alg ECDH_ES_A128KW ECDH_ES_A192KW ECDH_ES_A256KW A128GCMKW A192GCMKW A256GCMKW
jwe_alg PBES2_HS256_A128KW PBES2_HS384_A192KW PBES2_HS512_A256KW
jwe_enc A128CBC_HS256 A192CBC_HS384 A256CBC_HS512 A128GCM A192GCM A256GCM
jws_alg NONE HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384
jws_alg PS512 ES256K EdDSA
prompt NONE LOGIN CONSENT SELECT_ACCOUNT CREATE
response_mode QUERY FRAGMENT FORM_POST JWT QUERY_JWT FRAGMENT_JWT FORM_POST_JWT
response_type NONE CODE TOKEN ID_TOKEN CODE_TOKEN CODE_ID_TOKEN ID_TOKEN_TOKEN
response_type CODE_ID_TOKEN_TOKEN
service_profile FAPI OPEN_BANKING
sns FACEBOOK
subject_type PUBLIC PAIRWISE
user_code_charset BASE20 NUMERIC
verified_claims_validation_schema standard standard+id_document
"""


@cache
def enum_values() -> dict[str, tuple[str, ...]]:
    """Return the values of each enumeration, including undocumented ones of live servers."""
    enums: dict[str, tuple[str, ...]] = {}
    for name, *words in _split_rows(_ENUM_VALUES):
        enums[name] = (*enums.get(name, ()), *words)
    return enums


def _split_rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]

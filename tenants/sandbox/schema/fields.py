"""Field types and enumerations of an Authlete 3.0 server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from tenants.authlete.documents import enums
from tenants.authlete.documents.base import InputType, Section
from tenants.sandbox.http_messages import ApiResponseError, JsonDict

MAX_TEXT_LENGTH = 65_535  # characters
# Enumerations that the server checks, by name.
ENUMS: Mapping[str, Mapping[str, str]] = {
    name.lower(): getattr(enums, name)
    for name in """
    APPLICATION_TYPE ATTACHMENT_TYPE CLAIM_TYPE CLIENT_AUTH_METHOD CLIENT_SOURCE CLIENT_TYPE
    DELIVERY_MODE DISPLAY FAPI_MODE FEDERATION_REGISTRATION GRANT_TYPE JWE_ALG JWE_ENC JWS_ALG
    PROMPT RESPONSE_MODE RESPONSE_TYPE SERVICE_PROFILE SNS SUBJECT_TYPE USER_CODE_CHARSET
    VERIFIED_CLAIMS_SCHEMA
    """.split()
}


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

    Updates don't store ``read_only`` fields; ``fallbacks`` apply if an update leaves a field
    out; ``summary`` are the fields of limited views.
    """

    types: Mapping[str, str]
    read_only: frozenset[str] = frozenset()
    fallbacks: Mapping[str, Any] = field(default_factory=dict)
    summary: tuple[str, ...] = ()

    @classmethod
    def from_settings(
        cls,
        sections: Mapping[str, type[Section]],
        types: dict[str, str],
        fallbacks: Mapping[str, Any],
        summary: tuple[str, ...],
    ) -> Self:
        """Build the table of declared settings; ``types`` are those that differ from them."""
        settings = [setting for section in sections.values() for setting in section.settings()]
        return cls(
            {setting.api_name: _get_type(setting.input_type) for setting in settings} | types,
            frozenset(setting.api_name for setting in settings if setting.is_immutable),
            fallbacks,
            summary,
        )


# Types by kind of input, where they differ from the kind.
TYPES_BY_INPUT = {
    "duration": "int64",
    "hsks": "[hsk]",
    "issuer_metadata": "credential_issuer_metadata",
    "moment": "int64",
    "named_uris": "[named_uri]",
    "number": "int32",
    "pairs": "[pair]",
    "pems": "[text]",
    "prose": "text",
    "scopes": "[scope]",
    "secret": "text",
    "sns": "[sns_credentials]",
    "strings": "[text]",
    "tagged": "[tagged_value]",
    "trust_anchors": "[trust_anchor]",
}


def _get_type(input_type: InputType) -> str:
    match input_type.kind:
        case "choice" | "choices" as kind:
            names = (name for name, enum in ENUMS.items() if set(input_type.choices) <= set(enum))
            name = next(names, "text")
            return f"[{name}]" if kind == "choices" else name
        case kind:
            return TYPES_BY_INPUT.get(kind, kind)


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

"""Fields of a client (spec 3.0.16, schema `client`) and their validation.

Authlete documents several result codes for some errors without saying which applies to
which field; the choice is ours, as are the limits of list entries.
"""

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from tenants.authlete.documents.client import SECTIONS
from tenants.sandbox.http_messages import ApiResponseError, JsonDict
from tenants.sandbox.schema import fields
from tenants.sandbox.schema.fields import MAX_TEXT_LENGTH, FieldTable, bad_request
from tenants.sandbox.signing import PRIVATE_KEY_FIELDS

# Types that differ from those of the console's settings: live servers take any text.
_CLIENT_TYPES = {
    "clientId": "int64",
    "defaultMaxAge": "int32",
    **dict.fromkeys(["customMetadata", "entityId", "signedJwksUri", "trustAnchorId"], "text"),
}

# Values if an update leaves the field out; the response modes are a guess.
_CLIENT_FALLBACKS = {
    "tokenAuthMethod": "NONE",
    "idTokenSignAlg": "RS256",
    "subjectType": "PUBLIC",
    "responseModes": [
        "QUERY",
        "FRAGMENT",
        "FORM_POST",
        "JWT",
        "QUERY_JWT",
        "FRAGMENT_JWT",
        "FORM_POST_JWT",
    ],
}

_CLIENT_SUMMARY = (
    "number",
    "clientName",
    "clientId",
    "clientIdAlias",
    "clientIdAliasEnabled",
    "clientType",
)

CLIENT_FIELDS = FieldTable.from_settings(
    SECTIONS, _CLIENT_TYPES, _CLIENT_FALLBACKS, _CLIENT_SUMMARY
)


MAX_LIST_ENTRIES = 1_000
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # BCP 47, simplified
# RFC 4514, simplified: types, equal signs, commas and escapes.
DISTINGUISHED_NAME = re.compile(
    r"(?:(?:^|[,+] *)(?:[A-Za-z][\w-]*|\d+(?:\.\d+)+)=(?:[^,+\\]|\\.)*)+"
)
# RFC 8705, section 2.1.2.
CERTIFICATE_SUBJECT_FIELDS = (
    "tlsClientAuthSubjectDn",
    "tlsClientAuthSanDns",
    "tlsClientAuthSanUri",
    "tlsClientAuthSanIp",
    "tlsClientAuthSanEmail",
)
ASCII_FIELDS = (
    "clientIdAlias",
    "softwareId",
    "softwareVersion",
    "selfSignedCertificateKeyId",
    "rsSignedRequestKeyId",
    "digestAlgorithm",
    *CERTIFICATE_SUBJECT_FIELDS,
)
ASCII_LIST_FIELDS = ("redirectUris", "requestUris", "defaultAcrs")
ENCRYPTION_RESULT_CODES = {
    "idToken": "A032211",
    "userInfo": "A032212",
    "request": "A032213",
    "authorization": "A032214",
}


def validate_client(client: JsonDict) -> None:
    """Raise `ApiResponseError`, 400, for the first invalid field."""
    for name, type_name in CLIENT_FIELDS.types.items():
        if (value := client.get(name)) is not None:
            _validate_value(name, type_name, value)
    _validate_uris(client)
    _validate_encryption(client)
    _validate_certificate_subject(client)
    if client.get("bcRequestSignAlg", "ES256").startswith(("HS", "NONE")):
        raise bad_request("A031222", "'bcRequestSignAlg' must be asymmetric.")
    calls_back = client.get("bcDeliveryMode") in ("PING", "PUSH")
    if calls_back and not client.get("bcNotificationEndpoint"):
        raise bad_request("A032215", "'bcNotificationEndpoint' is needed for this mode.")


def _validate_value(name: str, type_name: str, value: Any) -> None:
    if type_name.startswith("[") and len(value) > MAX_LIST_ENTRIES:
        raise bad_request("A031220", f"'{name}' has too many elements.")
    match type_name:
        case "int32" | "int64":
            fields.validate_number(name, value)
        case "client_extension":
            for inner, item in value.items():
                if isinstance(item, int):
                    fields.validate_number(f"{name}.{inner}", item)
        case "uri":
            fields.validate_uri(name, value)
        case "jwks":
            fields.validate_json_text(name, type_name, value)
            _validate_public_keys(name, value)
        case "[pair]":
            fields.validate_keyed_list(name, value, "A032222")
        case "[tagged_value]":
            _validate_tagged_values(name, value)
        case "text":
            _validate_text(name, value)
        case "[text]":
            _validate_texts(name, value)


def _validate_text(name: str, value: str) -> None:
    if name in ASCII_FIELDS:
        fields.validate_ascii(name, value)
    if name == "customMetadata":  # its size is limited in handlers.clients
        _validate_metadata(value)
    elif len(value) > MAX_TEXT_LENGTH:
        raise bad_request("A031204", f"'{name}' is too long.")


def _validate_texts(name: str, entries: list[str]) -> None:
    if name in ASCII_LIST_FIELDS and not all(text.isascii() for text in entries):
        raise bad_request("A031206", f"'{name}' has a character that is not ASCII.")
    if any(len(text) > MAX_TEXT_LENGTH for text in entries):
        raise bad_request("A031207", f"An element of '{name}' is too long.")


def _validate_metadata(value: str) -> None:
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise bad_request("A032223", "'customMetadata' is not a JSON object.")


def _validate_public_keys(name: str, text: str) -> None:
    if any(PRIVATE_KEY_FIELDS & set(key) for key in json.loads(text)["keys"]):
        raise bad_request("A031212", f"'{name}' contains a key that isn't public.")


def _validate_tagged_values(name: str, entries: list[JsonDict]) -> None:
    for item in entries:
        if not (tag := item.get("tag")):
            raise bad_request("A032201", f"An element of '{name}' has no language tag.")
        if not LANGUAGE_TAG.fullmatch(tag):
            raise bad_request("A032202", f"'{name}' has the malformed language tag '{tag}'.")
        if not (value := item.get("value")):
            raise bad_request("A032203", f"The element '{tag}' of '{name}' has no value.")
        if name.endswith("Uris"):
            try:
                fields.validate_uri(name, value)
            except ApiResponseError:
                message = f"The element '{tag}' of '{name}' is not an absolute URI."
                raise bad_request("A032205", message) from None
        if len(value) > MAX_TEXT_LENGTH:
            raise bad_request("A032206", f"The element '{tag}' of '{name}' is too long.")
    if duplicate := _find_duplicate(text["tag"].lower() for text in entries):
        raise bad_request("A032204", f"'{name}' has the language tag '{duplicate}' twice.")


def _validate_uris(client: JsonDict) -> None:
    for name in ("redirectUris", "requestUris"):
        for uri in client.get(name, ()):
            fields.validate_uri(name, uri)
        if duplicate := _find_duplicate(client.get(name, ())):
            raise bad_request("A031211", f"'{name}' has '{duplicate}' twice.")
    for uri in client.get("redirectUris", ()):
        fields.validate_no_fragment("redirectUris", uri)
    for name in ("loginUri", "bcNotificationEndpoint"):
        if value := client.get(name):
            fields.validate_https(name, value)
    sector = client.get("sectorIdentifierUri")
    if sector and urlsplit(sector).scheme != "https":
        raise bad_request("A032210", "'sectorIdentifierUri' does not use https.")


def _validate_encryption(client: JsonDict) -> None:
    for stem, code in ENCRYPTION_RESULT_CODES.items():
        alg, enc = f"{stem}EncryptionAlg", f"{stem}EncryptionEnc"
        if client.get(enc) and not client.get(alg):
            raise bad_request(code, f"'{enc}' is set and '{alg}' is not.")


def _validate_certificate_subject(client: JsonDict) -> None:
    set_fields = [name for name in CERTIFICATE_SUBJECT_FIELDS if client.get(name)]
    if len(set_fields) > 1:
        raise bad_request("A032216", f"Only one may be set of {', '.join(set_fields)}.")
    if client.get("tokenAuthMethod") == "TLS_CLIENT_AUTH" and not set_fields:
        raise bad_request("A032217", f"One must be set of {', '.join(CERTIFICATE_SUBJECT_FIELDS)}.")
    name = client.get("tlsClientAuthSubjectDn")
    if name and not DISTINGUISHED_NAME.fullmatch(name):
        raise bad_request("A031223", "'tlsClientAuthSubjectDn' is no DN.")


def _find_duplicate(texts: Iterable[str]) -> str:
    """Return a duplicate text; empty if there is none."""
    return next((a for a, b in pairwise(sorted(texts)) if a == b), "")

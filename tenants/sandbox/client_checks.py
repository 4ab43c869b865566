"""What a server refuses in a client, with the codes of api.md, section 3.4.

That names several codes for some mistakes, and does not say which is for which member:
the choice among them is ours, and so are the numbers of a list's elements.
"""

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from tenants.sandbox import values
from tenants.sandbox.client_fields import CLIENT
from tenants.sandbox.errors import Refusal
from tenants.sandbox.keys import PRIVATE
from tenants.sandbox.values import TEXT, bad
from tenants.sandbox.wire import Members

ENTRIES = 1_000  # of any list
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # BCP 47, as far as it matters
# RFC 4514, as far as types, equal signs, commas and escapes go.
DN = re.compile(r"(?:(?:^|[,+] *)(?:[A-Za-z][\w-]*|\d+(?:\.\d+)+)=(?:[^,+\\]|\\.)*)+")
# RFC 8705, section 2.1.2: how a certificate is told.
SUBJECTS = (
    "tlsClientAuthSubjectDn",
    "tlsClientAuthSanDns",
    "tlsClientAuthSanUri",
    "tlsClientAuthSanIp",
    "tlsClientAuthSanEmail",
)
ASCII = (
    "clientIdAlias",
    "softwareId",
    "softwareVersion",
    "selfSignedCertificateKeyId",
    "rsSignedRequestKeyId",
    "digestAlgorithm",
    *SUBJECTS,
)
ASCII_LISTS = ("redirectUris", "requestUris", "defaultAcrs")
ENCRYPTED = {
    "idToken": "A032211",
    "userInfo": "A032212",
    "request": "A032213",
    "authorization": "A032214",
}


def check(client: Members) -> None:
    """Raises `Refusal`, 400, naming the first member that cannot be."""
    for name, kind in CLIENT.kinds.items():
        if (value := client.get(name)) is not None:
            _value(name, kind, value)
    _addresses(client)
    _encryption(client)
    _certificate(client)
    if client.get("bcRequestSignAlg", "ES256").startswith(("HS", "NONE")):
        raise bad("A031222", "'bcRequestSignAlg' must be asymmetric.")
    calls_back = client.get("bcDeliveryMode") in ("PING", "PUSH")
    if calls_back and not client.get("bcNotificationEndpoint"):
        raise bad("A032215", "'bcNotificationEndpoint' is needed for this mode.")


def _value(name: str, kind: str, value: Any) -> None:
    if kind.startswith("[") and len(value) > ENTRIES:
        raise bad("A031220", f"'{name}' has too many elements.")
    match kind:
        case "int32" | "int64":
            values.number(name, value)
        case "client_extension":
            for inner, one in value.items():
                if isinstance(one, int):
                    values.number(f"{name}.{inner}", one)
        case "uri":
            values.uri(name, value)
        case "jwks":
            values.json_text(name, kind, value)
            _public(name, value)
        case "[pair]":
            values.keyed(name, value, "A032222")
        case "[tagged_value]":
            _languages(name, value)
        case "text":
            _text(name, value)
        case "[text]":
            _texts(name, value)


def _text(name: str, value: str) -> None:
    if name in ASCII:
        values.ascii_only(name, value)
    if name == "customMetadata":  # how big it may be is a limit, see `clients`
        _metadata(value)
    elif len(value) > TEXT:
        raise bad("A031204", f"'{name}' is too long.")


def _texts(name: str, entries: list[str]) -> None:
    if name in ASCII_LISTS and not all(one.isascii() for one in entries):
        raise bad("A031206", f"'{name}' has a character that is not ASCII.")
    if any(len(one) > TEXT for one in entries):
        raise bad("A031207", f"An element of '{name}' is too long.")


def _metadata(value: str) -> None:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise bad("A032223", "'customMetadata' is not a JSON object.")


def _public(name: str, text: str) -> None:
    if any(PRIVATE & set(key) for key in json.loads(text)["keys"]):
        raise bad("A031212", f"'{name}' holds a key that is not public.")


def _languages(name: str, entries: list[Members]) -> None:
    for one in entries:
        if not (tag := one.get("tag")):
            raise bad("A032201", f"An element of '{name}' has no language tag.")
        if not TAG.fullmatch(tag):
            raise bad("A032202", f"'{name}' has the malformed language tag '{tag}'.")
        if not (value := one.get("value")):
            raise bad("A032203", f"The element '{tag}' of '{name}' has no value.")
        if name.endswith("Uris"):
            try:
                values.uri(name, value)
            except Refusal:
                said = f"The element '{tag}' of '{name}' is not an absolute URI."
                raise bad("A032205", said) from None
        if len(value) > TEXT:
            raise bad("A032206", f"The element '{tag}' of '{name}' is too long.")
    if twice := _twice(one["tag"].lower() for one in entries):
        raise bad("A032204", f"'{name}' has the language tag '{twice}' twice.")


def _addresses(client: Members) -> None:
    for name in ("redirectUris", "requestUris"):
        for one in client.get(name, ()):
            values.uri(name, one)
        if twice := _twice(client.get(name, ())):
            raise bad("A031211", f"'{name}' has '{twice}' twice.")
    for one in client.get("redirectUris", ()):
        values.no_fragment("redirectUris", one)
    for name in ("loginUri", "bcNotificationEndpoint"):
        if value := client.get(name):
            values.https(name, value)
    sector = client.get("sectorIdentifierUri")
    if sector and urlsplit(sector).scheme != "https":
        raise bad("A032210", "'sectorIdentifierUri' does not use https.")


def _encryption(client: Members) -> None:
    for stem, code in ENCRYPTED.items():
        alg, enc = f"{stem}EncryptionAlg", f"{stem}EncryptionEnc"
        if client.get(enc) and not client.get(alg):
            raise bad(code, f"'{enc}' is set and '{alg}' is not.")


def _certificate(client: Members) -> None:
    told = [name for name in SUBJECTS if client.get(name)]
    if len(told) > 1:
        raise bad("A032216", f"Only one may be set of {', '.join(told)}.")
    if client.get("tokenAuthMethod") == "TLS_CLIENT_AUTH" and not told:
        raise bad("A032217", f"One must be set of {', '.join(SUBJECTS)}.")
    name = client.get("tlsClientAuthSubjectDn")
    if name and not DN.fullmatch(name):
        raise bad("A031223", "'tlsClientAuthSubjectDn' is no DN.")


def _twice(texts: Iterable[str]) -> str:
    """A text that is there more than once; empty where none is."""
    return next((a for a, b in pairwise(sorted(texts)) if a == b), "")

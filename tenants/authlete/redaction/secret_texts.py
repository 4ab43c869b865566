"""Secrets within texts, recognized by their form."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Any

from tenants.authlete.redaction.secret_names import is_secret_name

JSON_START_CHARS = frozenset("{[ \t\r\n")  # of a text that may be JSON
PRIVATE_KEY_PEM_MARKER = "PRIVATE KEY-----"  # RFC 7468, section 10; older kinds end the same way
BASE64_PEM_PATTERN = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/_-]{1,400}")  # "-----BEGIN "
# JWS and JWE in compact form (RFC 7515, 7516): the header is an object.
JWT_PATTERN = re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]*+\.")
HEADER_PATTERN = re.compile(r"(?i)\b(?:bearer|basic|dpop)\s{1,9}+([\w.~+/=-]{16,200})")
USERINFO_PATTERN = re.compile(r"://[^/?#\s\"'<>]*@")  # RFC 3986, section 3.2.1
QUERY_PATTERN = re.compile(r"[?&;#]([\w.-]{1,60})=[^&\s]")


def contains_secret(text: str) -> bool:
    """Return whether a text contains a private key, JWT, token or URL with credentials."""
    if "://" in text and _is_credential_url(text):
        return True
    if "eyJ" in text and JWT_PATTERN.search(text):
        return True
    if PRIVATE_KEY_PEM_MARKER in text:
        return True
    if "LS0tLS1" in text and any(map(_is_private_key, BASE64_PEM_PATTERN.findall(text))):
        return True
    return " " in text and any(map(_has_digit, HEADER_PATTERN.findall(text)))


def _is_credential_url(text: str) -> bool:
    if "@" in text and USERINFO_PATTERN.search(text):
        return True
    return "=" in text and any(map(_is_secret_parameter, QUERY_PATTERN.findall(text)))


def _is_secret_parameter(name: str) -> bool:
    return name.lower() in ("sig", "signature") or is_secret_name(name)


def _is_private_key(base64_text: str) -> bool:
    start = base64_text.replace("-", "+").replace("_", "/")
    try:
        decoded = b64decode(start[: len(start) // 4 * 4])
    except Base64Error:
        return True
    return PRIVATE_KEY_PEM_MARKER.encode() in decoded


def _has_digit(token: str) -> bool:
    return any(map(str.isdigit, token))


def is_plain_text(value: Any) -> bool:
    """Return whether a value is a text that contains no secret and no JSON."""
    return (
        type(value) is str
        and value.isascii()
        and value[:1] not in JSON_START_CHARS
        and not contains_secret(value)
    )

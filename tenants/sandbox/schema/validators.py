"""Validation of single values, with Authlete's result codes."""

import json
from urllib.parse import urlsplit

from tenants.sandbox.errors import ApiResponseError
from tenants.sandbox.http_messages import JsonDict

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

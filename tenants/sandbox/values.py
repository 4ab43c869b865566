"""What a server refuses in any value, with the codes of api.md, section 3.4."""

import json
from urllib.parse import urlsplit

from tenants.sandbox.errors import Refusal
from tenants.sandbox.wire import Members

TEXT = 65_535  # characters of any text


def number(name: str, value: int) -> None:
    if value < 0:
        raise bad("A031213", f"'{name}' is negative.")


def uri(name: str, value: str) -> None:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = None
    if parts is None or " " in value or not value:
        raise bad("A031208", f"'{name}' is not a valid URI.")
    if not parts.scheme:
        raise bad("A031209", f"'{name}' is not an absolute URI.")


def ascii_only(name: str, value: str) -> None:
    if not value.isascii():
        raise bad("A031203", f"'{name}' has a character that is not ASCII.")


def json_text(name: str, kind: str, value: str) -> None:
    if len(value) > TEXT:
        raise bad("A031215", f"'{name}' is too long.")
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        raise bad("A031212", f"'{name}' could not be parsed as JSON.") from None
    if kind == "jwks":
        keys = found.get("keys") if isinstance(found, dict) else None
        whole = isinstance(keys, list) and all(
            isinstance(key, dict) and isinstance(key.get("kty"), str) for key in keys
        )
        if not whole:
            raise bad("A031212", f"'{name}' could not be parsed as a JWK Set.")


def keyed(name: str, pairs: list[Members], big: str) -> None:
    """``big`` is the code for more text than can be kept."""
    if any(not pair.get("key") and not pair.get("name") for pair in pairs):
        raise bad("A031202", f"An element of '{name}' has no name.")
    if len(str(pairs)) > TEXT:
        raise bad(big, f"'{name}' is too big.")


def https(name: str, value: str) -> None:
    if urlsplit(value).scheme != "https":
        raise bad("A031219", f"'{name}' does not use https.")


def no_fragment(name: str, value: str) -> None:
    if urlsplit(value).fragment:
        raise bad("A031210", f"'{name}' has a fragment component.")


def bad(code: str, message: str) -> Refusal:
    return Refusal(400, code, message)

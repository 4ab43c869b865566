"""What is looked up before a change, so that a lost reply can be settled later."""

from collections.abc import Callable
from typing import Any

from tenants.authlete.documents.tokens import TokenPage
from tenants.authlete.errors import AuthleteError

HASH_PREFIX_CHARS = 8  # characters of a token's hash that tell it from others


def count_hint(count: Callable[[], int]) -> dict[str, int]:
    """How many there were; nothing where Authlete does not say so, which is no reason
    not to make another."""
    try:
        return {"count": count()}
    except AuthleteError:
        return {}


def token_list_hint(list_tokens: Callable[[], TokenPage]) -> dict[str, Any]:
    """The same of tokens, and which they are where a page lists them all."""
    try:
        page = list_tokens()
    except AuthleteError:
        return {}
    names = [one.access_token_hash[:HASH_PREFIX_CHARS] for one in page.access_tokens or ()]
    whole = {"hashes": names} if len(names) == page.total_count else {}
    return {"count": page.total_count} | whole

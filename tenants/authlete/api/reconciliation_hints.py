"""Facts read before a change, for reconciling its outcome later."""

from collections.abc import Callable
from typing import Any

from tenants.authlete.documents.tokens import TokenPage
from tenants.authlete.errors import AuthleteError

HASH_PREFIX_CHARS = 8


def count_hint(count: Callable[[], int]) -> dict[str, int]:
    """Return the number of objects, or nothing if it cannot be read."""
    try:
        return {"count": count()}
    except AuthleteError:
        return {}


def token_list_hint(list_tokens: Callable[[], TokenPage]) -> dict[str, Any]:
    """Return the number of tokens and, if one page has them all, their hash prefixes."""
    try:
        page = list_tokens()
    except AuthleteError:
        return {}
    hashes = [token.access_token_hash[:HASH_PREFIX_CHARS] for token in page.access_tokens or ()]
    is_complete = len(hashes) == page.total_count
    return {"count": page.total_count} | ({"hashes": hashes} if is_complete else {})

"""Helpers for the tests of tokens."""

TOKENS = "/acme/services/us/17/tokens/"
SUBJECT = "customer-204188"
HOUR = 3_600_000  # milliseconds
VALUE = "v4lue-of-a-token-that-nobody-may-see-0001"


def path_of(token, page="", query=""):
    """Where a token's pages are."""
    end = f"{page}/" if page else ""
    return f"{TOKENS}{token.client_id}/{token.access_hash}/{end}{query}"

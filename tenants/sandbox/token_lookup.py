"""Find tokens by value, hash or JWT."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from secrets import token_urlsafe

from tenants.sandbox import signing
from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.state import SandboxRegion, StoredToken


def generate_token_value() -> str:
    """Return the value of a new token."""
    return token_urlsafe(32)


def hash_token(value: str) -> str:
    """Return a hash of 43 characters, which like Authlete's isn't the plain SHA-256."""
    digest = sha256(b"sandbox\n" + value.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def hash_access_token(value: str) -> str:
    """Return the hash of an access token, also if it is a JWT."""
    return hash_token(_unwrap_jwt(value))


def find_by_value(tokens: Iterable[StoredToken], value: str) -> StoredToken | None:
    """Return the token with that access token value or JWT."""
    token_hash = hash_access_token(value)
    return _find_first(tokens, lambda token: token.access_hash == token_hash)


def find_by_hash(tokens: Iterable[StoredToken], token_hash: str) -> StoredToken | None:
    """Return the token with that access token hash."""
    return _find_first(tokens, lambda token: token.access_hash == token_hash)


def find_by_access_token(tokens: Iterable[StoredToken], identifier: str) -> StoredToken | None:
    """Return the token with that access token value or hash."""
    names = (identifier, hash_access_token(identifier))
    return _find_first(tokens, lambda token: token.access_hash in names)


def find_by_refresh_token(
    tokens: Iterable[StoredToken], identifier: str, *, allow_hash: bool = True
) -> StoredToken | None:
    """Return the token with that refresh token value, or hash if ``allow_hash``."""
    names = (identifier, hash_token(identifier)) if allow_hash else (hash_token(identifier),)
    return _find_first(tokens, lambda token: token.refresh_hash in names)


def tokens_of_other_services(region: SandboxRegion, service: JsonDict) -> list[StoredToken]:
    """Return the tokens of other services that were already created."""
    own_number = service["apiKey"]
    return [
        token for number, tokens in region.tokens.items() if number != own_number
        for token in tokens
    ]  # fmt: skip


def is_live(expires_at: int, now: int) -> bool:
    """Return whether ``expires_at`` is after ``at`` or 0; in milliseconds since 1970."""
    return expires_at == 0 or expires_at > now


def is_valid(token: StoredToken, now: int) -> bool:
    """Return whether the access token is valid."""
    return not token.revoked and is_live(token.expires_at, now)


def is_refreshable(token: StoredToken, now: int) -> bool:
    """Return whether the refresh token is valid."""
    if token.revoked or not token.refresh_hash:
        return False
    return is_live(token.refresh_expires_at, now)


def _unwrap_jwt(value: str) -> str:
    """Return the token value in a JWT access token; other texts unchanged."""
    try:
        _, claims = signing.parse_jws(value)
    except ValueError:
        return value
    return str(claims.get("jti", ""))


def _find_first(
    tokens: Iterable[StoredToken], predicate: Callable[[StoredToken], bool]
) -> StoredToken | None:
    return next((token for token in tokens if not token.revoked and predicate(token)), None)

"""Tokens by what is known of them: a value, a hash, a JWT around the value."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from secrets import token_urlsafe

from tenants.sandbox import signing
from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.state import SandboxRegion, StoredToken


def generate_token_value() -> str:
    """The value of a new token."""
    return token_urlsafe(32)


def hash_token(value: str) -> str:
    """43 letters, which are not the SHA-256 of the value (Authlete facts, 8)."""
    digest = sha256(b"sandbox\n" + value.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def hash_access_token(value: str) -> str:
    """The hash of an access token, also of one that is inside a JWT."""
    return hash_token(_unwrap_jwt(value))


def find_by_value(tokens: Iterable[StoredToken], value: str) -> StoredToken | None:
    """The token whose access token has that value, which a JWT has as its ``jti``."""
    wanted = hash_access_token(value)
    return _find_first(tokens, lambda one: one.access_hash == wanted)


def find_by_hash(tokens: Iterable[StoredToken], token_hash: str) -> StoredToken | None:
    return _find_first(tokens, lambda one: one.access_hash == token_hash)


def find_by_access_token(tokens: Iterable[StoredToken], identifier: str) -> StoredToken | None:
    """The token whose access token has that value or that hash."""
    names = (identifier, hash_access_token(identifier))
    return _find_first(tokens, lambda one: one.access_hash in names)


def find_by_refresh_token(
    tokens: Iterable[StoredToken], identifier: str, *, allow_hash: bool = True
) -> StoredToken | None:
    """The same by its refresh token; only by its value unless ``hashed``."""
    names = (identifier, hash_token(identifier)) if allow_hash else (hash_token(identifier),)
    return _find_first(tokens, lambda one: one.refresh_hash in names)


def tokens_of_other_services(region: SandboxRegion, service: JsonDict) -> list[StoredToken]:
    """The tokens of other services, of which somebody has asked already."""
    own = service["apiKey"]
    return [
        one for number, theirs in region.tokens.items() if number != own
        for one in theirs
    ]  # fmt: skip


def is_live(expires_at: int, at: int) -> bool:
    """Whether that is after ``at``, or never; both in milliseconds since 1970."""
    return expires_at == 0 or expires_at > at


def is_valid(token: StoredToken, at: int) -> bool:
    """Whether the access token works."""
    return not token.revoked and is_live(token.expires_at, at)


def is_refreshable(token: StoredToken, at: int) -> bool:
    if token.revoked or not token.refresh_hash:
        return False
    return is_live(token.refresh_expires_at, at)


def _unwrap_jwt(value: str) -> str:
    """The value that a JWT access token was made around; else the text itself."""
    try:
        _, claims = signing.parse_jws(value)
    except ValueError:
        return value
    return str(claims.get("jti", ""))


def _find_first(
    tokens: Iterable[StoredToken], predicate: Callable[[StoredToken], bool]
) -> StoredToken | None:
    return next((one for one in tokens if not one.revoked and predicate(one)), None)

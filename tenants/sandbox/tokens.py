"""Tokens by what is known of them: a value, a hash, a JWT around the value."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from secrets import token_urlsafe

from tenants.sandbox import signing
from tenants.sandbox.state import Issued, Region
from tenants.sandbox.wire import Members


def made() -> str:
    """The value of a new token."""
    return token_urlsafe(32)


def hash_of(value: str) -> str:
    """43 letters, which are not the SHA-256 of the value (api.md, section 8)."""
    digest = sha256(b"sandbox\n" + value.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def digest(value: str) -> str:
    """The hash of an access token, also of one that is inside a JWT."""
    return hash_of(_inside(value))


def by_value(tokens: Iterable[Issued], value: str) -> Issued | None:
    """The token whose access token has that value, which a JWT has as its ``jti``."""
    wanted = digest(value)
    return _first(tokens, lambda one: one.access_hash == wanted)


def by_hash(tokens: Iterable[Issued], value: str) -> Issued | None:
    return _first(tokens, lambda one: one.access_hash == value)


def by_access(tokens: Iterable[Issued], name: str) -> Issued | None:
    """The token whose access token has that value or that hash."""
    names = (name, digest(name))
    return _first(tokens, lambda one: one.access_hash in names)


def by_refresh(
    tokens: Iterable[Issued], name: str, *, hashed: bool = True
) -> Issued | None:
    """The same by its refresh token; only by its value unless ``hashed``."""
    names = (name, hash_of(name)) if hashed else (hash_of(name),)
    return _first(tokens, lambda one: one.refresh_hash in names)


def elsewhere(region: Region, service: Members) -> list[Issued]:
    """The tokens of other services, of which somebody has asked already."""
    own = service["apiKey"]
    return [
        one for number, theirs in region.tokens.items() if number != own
        for one in theirs
    ]  # fmt: skip


def is_live(expires_at: int, at: int) -> bool:
    """Whether that is after ``at``, or never; both in milliseconds since 1970."""
    return expires_at == 0 or expires_at > at


def valid(token: Issued, at: int) -> bool:
    """Whether the access token works."""
    return not token.revoked and is_live(token.expires_at, at)


def refreshable(token: Issued, at: int) -> bool:
    if token.revoked or not token.refresh_hash:
        return False
    return is_live(token.refresh_expires_at, at)


def _inside(value: str) -> str:
    """The value that a JWT access token was made around; else the text itself."""
    try:
        _, claims = signing.opened(value)
    except ValueError:
        return value
    return str(claims.get("jti", ""))


def _first(tokens: Iterable[Issued], fits: Callable[[Issued], bool]) -> Issued | None:
    return next((one for one in tokens if not one.revoked and fits(one)), None)

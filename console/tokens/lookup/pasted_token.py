"""Parse a pasted token, without verifying its signature."""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from time import time as now
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import SecretStr

from console.web.access import Member
from tenants.authlete.documents.tokens import INVALID_TOKEN_CHARS
from tenants.authlete.json.reader import (
    InvalidJsonError,
    decode_utf8,
    parse_json,
    replace_surrogates_in,
)
from tenants.crypto import vault
from tenants.crypto.vault import UnsealError

MAX_TOKEN_LENGTH = 16_384  # a JWT with many claims has about 2,000
SCHEME_PREFIX = re.compile(r"(?:authorization\s*:\s*)?(?:(?:bearer|dpop)(?:\s+|$))?", re.I)
SURROUNDING_CHARS = " \t\r\n\"'`,;"
WHITESPACE = re.compile(r"\s+")
BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
MAX_TIME_MS = 10**15  # since 1970; later times are ignored

# Claims shown with their values. Others are only named: `jti` holds the token's own value,
# and applications may put private data into custom claims.
SHOWN_CLAIMS = ("iss", "sub", "aud", "client_id", "azp", "scope")
TIME_CLAIMS = ("iat", "nbf", "exp", "auth_time")
MAX_CLAIMS = 40  # also the maximum of values of one claim
MAX_VALUE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class UnverifiedJwt:
    """The unverified header and claims of a JWT."""

    header: dict[str, Any]
    claims: dict[str, Any] = field(repr=False)  # `jti` may be the token itself

    @property
    def issuer(self) -> str:
        """The issuer; empty without a valid ``iss``."""
        issuer = self.claims.get("iss")
        return issuer if isinstance(issuer, str) else ""

    @property
    def algorithm(self) -> str:
        """The signature algorithm."""
        return str(self.header["alg"])[:MAX_VALUE_LENGTH]

    @property
    def shown_claims(self) -> list[tuple[str, str]]:
        """The claims shown with their values, as text."""
        return [
            (name, _claim_text(self.claims[name])) for name in SHOWN_CLAIMS if name in self.claims
        ]

    @property
    def times(self) -> list[tuple[str, int]]:
        """The time claims, in milliseconds since 1970."""
        times = [(name, _to_milliseconds(self.claims.get(name))) for name in TIME_CLAIMS]
        return [(name, time_ms) for name, time_ms in times if time_ms]

    @property
    def other_claims(self) -> list[str]:
        """The names of all other claims."""
        names = {*SHOWN_CLAIMS, *(name for name, _time in self.times)}
        return [name[:MAX_VALUE_LENGTH] for name in self.claims if name not in names][:MAX_CLAIMS]

    def has_expired(self, now: float) -> bool:
        """Return whether ``exp`` has passed; ``now`` is in seconds since 1970."""
        expiry_ms = _to_milliseconds(self.claims.get("exp"))
        return bool(expiry_ms) and expiry_ms <= now * 1000


@dataclass(frozen=True, slots=True)
class PastedToken:
    """A token's value, and its content if it's a JWT."""

    value: SecretStr
    jwt: UnverifiedJwt | None


def parse_pasted_token(text: str) -> PastedToken:
    """Parse ``text``; raises `ValidationError`, which doesn't quote it."""
    bare = text.strip(SURROUNDING_CHARS)
    value = WHITESPACE.sub("", bare[SCHEME_PREFIX.match(bare).end() :])  # type: ignore[union-attr]
    if not value:
        raise ValidationError(_("Paste a token."))
    if len(value) > MAX_TOKEN_LENGTH:
        raise ValidationError(
            _("The token has %(count)d characters; the maximum is %(max_length)d.")
            % {"count": len(value), "max_length": MAX_TOKEN_LENGTH}
        )
    if match := INVALID_TOKEN_CHARS.search(value):
        raise ValidationError(
            _(
                "Tokens have only visible ASCII characters, but character %(position)d is"
                " U+%(code)04X. Copy the token again."
            )
            % {"position": match.start() + 1, "code": ord(match[0])}
        )
    parts = value.split(".")
    header = _decode_header(parts[0]) if len(parts) in (3, 5) else None
    if header is None:
        return PastedToken(SecretStr(value), None)
    if len(parts) == 5:
        raise ValidationError(
            _(
                "This token is encrypted (a JWE), which Authlete doesn't accept (A160101). Paste"
                " the decrypted token."
            )
        )
    return PastedToken(SecretStr(value), _parse_jwt(header, *parts[1:]))


def _decode_header(header: str) -> str | None:
    """Return the header text of a JWT; None if it isn't one."""
    try:
        text = _decode_part(header)
    except InvalidJsonError:
        return None
    return text if text.lstrip()[:1] == "{" else None


def _parse_jwt(head: str, payload: str, signature: str) -> UnverifiedJwt:
    header = _parse_object(_("header"), head)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() in ("", "none"):
        raise ValidationError(_("This JWT isn't signed (alg is none), so no service issued it."))
    if not signature:
        raise ValidationError(_("The JWT has no signature. Copy all three parts."))
    try:
        text = _decode_part(payload)
    except InvalidJsonError as error:
        raise _unreadable_error(_("claims"), error) from None
    return UnverifiedJwt(header, _parse_object(_("claims"), text))


def _parse_object(name: str, text: str) -> dict[str, Any]:
    try:
        value = replace_surrogates_in(parse_json(text))
    except InvalidJsonError as error:
        raise _unreadable_error(name, error) from None
    if not isinstance(value, dict):
        raise _unreadable_error(name, InvalidJsonError("not an object"))
    return value


def _unreadable_error(name: str, error: InvalidJsonError) -> ValidationError:
    return ValidationError(
        _("The JWT's %(part)s can't be read: %(error)s. Copy the whole token.")
        % {"part": name, "error": error}
    )


def _decode_part(part: str) -> str:
    """Decode a part of a JWT; raises `InvalidJsonError`."""
    if not BASE64URL.fullmatch(part):
        raise InvalidJsonError("not base64url")
    try:
        return decode_utf8(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except InvalidJsonError:
        raise
    except ValueError:
        raise InvalidJsonError("not base64url") from None


def _claim_text(value: Any) -> str:
    """Return a claim's value as text, shortened."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(map(_value_text, values[:MAX_CLAIMS]))[:MAX_VALUE_LENGTH]


def _value_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "…" if isinstance(value, (dict, list)) else str(value)


def _to_milliseconds(value: Any) -> int:
    """Convert a NumericDate (RFC 7519, section 2); 0 if invalid."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return 0
    time_ms = int(value * 1000)
    return time_ms if 0 < time_ms < MAX_TIME_MS else 0


SEALED_LIFETIME_SECONDS = 600


class SealExpiredError(Exception):
    """The seal expired, or is for another user or purpose."""


@dataclass(frozen=True, slots=True)
class TokenLocation:
    """The service that issued a token, and what a revocation needs to know."""

    region: str
    service_id: int
    service: str  # its name
    refresh: bool  # whether it's a refresh token
    client_id: int
    client: str  # its name
    subject: str


def seal_token(member: Member, token: SecretStr, location: TokenLocation | None = None) -> str:
    """Encrypt a token for a hidden field; with ``location``, for its revocation."""
    content = {"at": now(), "token": token.get_secret_value()}
    if location:
        content["found"] = asdict(location)
    return vault.seal(json.dumps(content), _vault_context(member, location is not None))


def unseal_token(member: Member, sealed: str) -> SecretStr:
    """Decrypt a token; raises `SealExpiredError`."""
    return SecretStr(_unseal(member, sealed, is_located=False)["token"])


def unseal_located_token(member: Member, sealed: str) -> tuple[SecretStr, TokenLocation]:
    """Decrypt a token and its location; raises `SealExpiredError`."""
    content = _unseal(member, sealed, is_located=True)
    return SecretStr(content["token"]), TokenLocation(**content["found"])


def _unseal(member: Member, sealed: str, *, is_located: bool) -> dict[str, Any]:
    try:
        text = vault.unseal(sealed, _vault_context(member, is_located))
    except UnsealError:
        raise SealExpiredError from None
    content: dict[str, Any] = json.loads(text)
    if now() - content["at"] > SEALED_LIFETIME_SECONDS:
        raise SealExpiredError
    return content


def _vault_context(member: Member, is_located: bool) -> str:
    purpose = "found" if is_located else "pasted"
    return f"tokens.{purpose}/{member.user.pk}/{member.organization.pk}"

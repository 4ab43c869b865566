"""What somebody pasted, read without believing it: no signature is checked."""

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import SecretStr

from tenants.authlete.documents.tokens import INVALID_TOKEN_CHARS
from tenants.authlete.json.reader import (
    InvalidJsonError,
    decode_utf8,
    parse_json,
    replace_surrogates_in,
)

MAX_TOKEN_LENGTH = 16_384  # characters; a JWT with many claims has some 2,000
SCHEME_PREFIX = re.compile(r"(?:authorization\s*:\s*)?(?:(?:bearer|dpop)(?:\s+|$))?", re.I)
SURROUNDING_CHARS = " \t\r\n\"'`,;"  # what is copied along with it
WHITESPACE = re.compile(r"\s+")
BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
MAX_TIME_MS = 10**15  # milliseconds since 1970; what claims to end later is no time

# Shown in full. All others are named alone: Authlete puts a token's own value into
# `jti`, and what an application puts elsewhere is nobody's business here.
SHOWN_CLAIMS = ("iss", "sub", "aud", "client_id", "azp", "scope")
TIME_CLAIMS = ("iat", "nbf", "exp", "auth_time")
MAX_CLAIMS = 40  # claims, and values of one, that are shown
MAX_VALUE_LENGTH = 300  # characters of one value


@dataclass(frozen=True, slots=True)
class UnverifiedJwt:
    """The header and claims of a JWT, which anybody can have written."""

    header: dict[str, Any]
    claims: dict[str, Any] = field(repr=False)  # `jti` may be the token itself

    @property
    def issuer(self) -> str:
        issuer = self.claims.get("iss")
        return issuer if isinstance(issuer, str) else ""

    @property
    def algorithm(self) -> str:
        return str(self.header["alg"])[:MAX_VALUE_LENGTH]

    @property
    def shown_claims(self) -> list[tuple[str, str]]:
        """The claims that are shown, as text."""
        return [(one, _claim_text(self.claims[one])) for one in SHOWN_CLAIMS if one in self.claims]

    @property
    def times(self) -> list[tuple[str, int]]:
        """Those that are times, in milliseconds since 1970."""
        found = [(one, _to_milliseconds(self.claims.get(one))) for one in TIME_CLAIMS]
        return [(one, moment) for one, moment in found if moment]

    @property
    def other_claims(self) -> list[str]:
        """The names of all other claims."""
        shown = {*SHOWN_CLAIMS, *(one for one, _ in self.times)}
        return [one[:MAX_VALUE_LENGTH] for one in self.claims if one not in shown][:MAX_CLAIMS]

    def has_expired(self, now: float) -> bool:
        """By its own word; ``now`` is in seconds since 1970."""
        end = _to_milliseconds(self.claims.get("exp"))
        return bool(end) and end <= now * 1000


@dataclass(frozen=True, slots=True)
class PastedToken:
    """A token's value, and what it says of itself; None where it is opaque."""

    value: SecretStr
    jwt: UnverifiedJwt | None


def parse_pasted_token(text: str) -> PastedToken:
    """What ``text`` is; raises `ValidationError`, which quotes nothing of it."""
    bare = text.strip(SURROUNDING_CHARS)
    value = WHITESPACE.sub("", bare[SCHEME_PREFIX.match(bare).end() :])  # type: ignore[union-attr]
    if not value:
        raise ValidationError(_("Paste a token."))
    if len(value) > MAX_TOKEN_LENGTH:
        raise ValidationError(
            _("No token is this long: it has %(count)d characters, of %(most)d.")
            % {"count": len(value), "most": MAX_TOKEN_LENGTH}
        )
    if found := INVALID_TOKEN_CHARS.search(value):
        raise ValidationError(
            _(
                "A token has letters, digits and signs of ASCII alone; character %(at)d"
                " is U+%(code)04X. Copy it anew from where it was found."
            )
            % {"at": found.start() + 1, "code": ord(found[0])}
        )
    parts = value.split(".")
    header = _decode_header(parts[0]) if len(parts) in (3, 5) else None
    if header is None:
        return PastedToken(SecretStr(value), None)
    if len(parts) == 5:
        raise ValidationError(
            _(
                "This is encrypted (a JWE, of five parts): it cannot be read here, and"
                " Authlete takes none (A160101). Paste what is inside of it."
            )
        )
    return PastedToken(SecretStr(value), _parse_jwt(header, *parts[1:]))


def _decode_header(part: str) -> str | None:
    """The text of what begins a JWT; None where it is something else with dots."""
    try:
        text = _decode_part(part)
    except InvalidJsonError:
        return None
    return text if text.lstrip()[:1] == "{" else None


def _parse_jwt(head: str, payload: str, signature: str) -> UnverifiedJwt:
    header = _parse_object(_("header"), head)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() in ("", "none"):
        raise ValidationError(
            _("This JWT is not signed (its alg is none), so no service has issued it.")
        )
    if not signature:
        raise ValidationError(
            _("The signature of this JWT is missing. Copy all three parts of it.")
        )
    try:
        text = _decode_part(payload)
    except InvalidJsonError as error:
        raise _unreadable_error(_("claims"), error) from None
    return UnverifiedJwt(header, _parse_object(_("claims"), text))


def _parse_object(part: str, text: str) -> dict[str, Any]:
    try:
        value = replace_surrogates_in(parse_json(text))  # no page can hold half a character
    except InvalidJsonError as error:
        raise _unreadable_error(part, error) from None
    if not isinstance(value, dict):
        raise _unreadable_error(part, InvalidJsonError("not an object"))
    return value


def _unreadable_error(part: str, error: InvalidJsonError) -> ValidationError:
    return ValidationError(
        _("It looks like a JWT whose %(what)s cannot be read: %(why)s. Copy all of it.")
        % {"what": part, "why": error}
    )


def _decode_part(part: str) -> str:
    """The text of a part; raises `NotJson`."""
    if not BASE64URL.fullmatch(part):
        raise InvalidJsonError("not base64url")
    try:
        return decode_utf8(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except InvalidJsonError:
        raise
    except ValueError:
        raise InvalidJsonError("not base64url") from None


def _claim_text(value: Any) -> str:
    """A claim's value as far as it is shown."""
    values = value if isinstance(value, list) else [value]
    words = [_value_text(one) for one in values[:MAX_CLAIMS]]
    return ", ".join(words)[:MAX_VALUE_LENGTH]


def _value_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "…" if isinstance(value, (dict, list)) else str(value)


def _to_milliseconds(value: Any) -> int:
    """A NumericDate (RFC 7519, section 2) in milliseconds; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return 0
    moment = int(value * 1000)
    return moment if 0 < moment < MAX_TIME_MS else 0

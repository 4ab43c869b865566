"""What somebody pasted, read without believing it: no signature is checked."""

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import SecretStr

from tenants.authlete.documents.tokens import STRANGE
from tenants.authlete.reading import NotJson, clean_all, decode, read

LONGEST = 16_384  # characters; a JWT with many claims has some 2,000
SCHEME = re.compile(r"(?:authorization\s*:\s*)?(?:(?:bearer|dpop)(?:\s+|$))?", re.I)
AROUND = " \t\r\n\"'`,;"  # what is copied along with it
SPACE = re.compile(r"\s+")
BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
LATEST = 10**15  # milliseconds since 1970; what claims to end later is no time

# Shown in full. All others are named alone: Authlete puts a token's own value into
# `jti`, and what an application puts elsewhere is nobody's business here.
PLAIN = ("iss", "sub", "aud", "client_id", "azp", "scope")
TIMES = ("iat", "nbf", "exp", "auth_time")
MANY = 40  # claims, and values of one, that are shown
LONG = 300  # characters of one value


@dataclass(frozen=True, slots=True)
class Jwt:
    """The header and claims of a JWT, which anybody can have written."""

    header: dict[str, Any]
    claims: dict[str, Any] = field(repr=False)  # `jti` may be the token itself

    @property
    def issuer(self) -> str:
        issuer = self.claims.get("iss")
        return issuer if isinstance(issuer, str) else ""

    @property
    def algorithm(self) -> str:
        return str(self.header["alg"])[:LONG]

    @property
    def plain(self) -> list[tuple[str, str]]:
        """The claims that are shown, as text."""
        return [(one, _text(self.claims[one])) for one in PLAIN if one in self.claims]

    @property
    def times(self) -> list[tuple[str, int]]:
        """Those that are times, in milliseconds since 1970."""
        found = [(one, _moment(self.claims.get(one))) for one in TIMES]
        return [(one, moment) for one, moment in found if moment]

    @property
    def others(self) -> list[str]:
        """The names of all other claims."""
        shown = {*PLAIN, *(one for one, _ in self.times)}
        return [one[:LONG] for one in self.claims if one not in shown][:MANY]

    def has_ended(self, now: float) -> bool:
        """By its own word; ``now`` is in seconds since 1970."""
        end = _moment(self.claims.get("exp"))
        return bool(end) and end <= now * 1000


@dataclass(frozen=True, slots=True)
class Pasted:
    """A token's value, and what it says of itself; None where it is opaque."""

    value: SecretStr
    jwt: Jwt | None


def pasted(text: str) -> Pasted:
    """What ``text`` is; raises `ValidationError`, which quotes nothing of it."""
    bare = text.strip(AROUND)
    value = SPACE.sub("", bare[SCHEME.match(bare).end() :])  # type: ignore[union-attr]
    if not value:
        raise ValidationError(_("Paste a token."))
    if len(value) > LONGEST:
        raise ValidationError(
            _("No token is this long: it has %(count)d characters, of %(most)d.")
            % {"count": len(value), "most": LONGEST}
        )
    if found := STRANGE.search(value):
        raise ValidationError(
            _(
                "A token has letters, digits and signs of ASCII alone; character %(at)d"
                " is U+%(code)04X. Copy it anew from where it was found."
            )
            % {"at": found.start() + 1, "code": ord(found[0])}
        )
    parts = value.split(".")
    header = _header(parts[0]) if len(parts) in (3, 5) else None
    if header is None:
        return Pasted(SecretStr(value), None)
    if len(parts) == 5:
        raise ValidationError(
            _(
                "This is encrypted (a JWE, of five parts): it cannot be read here, and"
                " Authlete takes none (A160101). Paste what is inside of it."
            )
        )
    return Pasted(SecretStr(value), _jwt(header, *parts[1:]))


def _header(part: str) -> str | None:
    """The text of what begins a JWT; None where it is something else with dots."""
    try:
        text = _decoded(part)
    except NotJson:
        return None
    return text if text.lstrip()[:1] == "{" else None


def _jwt(head: str, payload: str, signature: str) -> Jwt:
    header = _object(_("header"), head)
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
        text = _decoded(payload)
    except NotJson as error:
        raise _unreadable(_("claims"), error) from None
    return Jwt(header, _object(_("claims"), text))


def _object(what: str, text: str) -> dict[str, Any]:
    try:
        value = clean_all(read(text))  # no page can hold half a character
    except NotJson as error:
        raise _unreadable(what, error) from None
    if not isinstance(value, dict):
        raise _unreadable(what, NotJson("not an object"))
    return value


def _unreadable(what: str, error: NotJson) -> ValidationError:
    return ValidationError(
        _("It looks like a JWT whose %(what)s cannot be read: %(why)s. Copy all of it.")
        % {"what": what, "why": error}
    )


def _decoded(part: str) -> str:
    """The text of a part; raises `NotJson`."""
    if not BASE64URL.fullmatch(part):
        raise NotJson("not base64url")
    try:
        return decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except NotJson:
        raise
    except ValueError:
        raise NotJson("not base64url") from None


def _text(value: Any) -> str:
    """A claim's value as far as it is shown."""
    values = value if isinstance(value, list) else [value]
    words = [_one(one) for one in values[:MANY]]
    return ", ".join(words)[:LONG]


def _one(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "…" if isinstance(value, (dict, list)) else str(value)


def _moment(value: Any) -> int:
    """A NumericDate (RFC 7519, section 2) in milliseconds; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return 0
    moment = int(value * 1000)
    return moment if 0 < moment < LATEST else 0

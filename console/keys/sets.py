"""The key sets of a service, what signs with their keys, and their texts edited.

All of it is done to texts whose private parts are sealed: the door puts those back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.forms.keysets import KeyLine, key_lines
from console.sentences import SERVICE
from tenants.authlete.documents.key_uses import Use, signs_with
from tenants.authlete.documents.raw import Part, RawArray, RawObject, dump
from tenants.authlete.documents.service import Service
from tenants.authlete.reading import NotJson, read

# Each set of a service, and the settings that name the key in it that signs.
SIGNS: Mapping[str, Sequence[str]] = {
    "jwks": (
        "idTokenSignatureKeyId",
        "accessTokenSignatureKeyId",
        "userInfoSignatureKeyId",
        "authorizationSignatureKeyId",
        "introspectionSignatureKeyId",
        "resourceSignatureKeyId",
    ),
    "federationJwks": ("federationSignatureKeyId",),
    "credentialJwks": (),
}
CURVES = frozenset("P-256 P-384 P-521 secp256k1 Ed25519 Ed448".split())  # that sign
SET_OF = {setting: member for member, names in SIGNS.items() for setting in names}
ABOUT: Mapping[str, str | Promise] = {
    "jwks": _("Signs tokens and answers, and decrypts what is sent to the service."),
    "federationJwks": _("Signs what the service says of itself in a federation."),
    "credentialJwks": _(
        "Signs verifiable credentials. No setting names one of its keys."
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One key of a set."""

    at: int  # its place, from 0
    line: KeyLine
    uses: Sequence[Use]  # the settings that make it sign
    twice: bool  # another key of the set has the same ID

    @property
    def can_sign(self) -> bool:
        return self.line.private and self.line.use != "enc"

    @property
    def can_roll(self) -> bool:
        """Whether a new key of its kind can take its place, and be told from it."""
        made = self.line.kty == "RSA" or self.line.size in CURVES
        known = made and bool(self.line.thumbprint and self.line.size)
        return self.can_sign and known and bool(self.line.kid) and not self.twice


@dataclass(frozen=True, slots=True)
class KeySet:
    """One of a service's sets, as far as it can be read."""

    member: str
    text: str
    rows: Sequence[Row]
    is_odd: bool  # there is something, and it is no key set

    @property
    def label(self) -> str:
        return SERVICE[self.member][1].label

    @property
    def about(self) -> str | Promise:
        return ABOUT[self.member]

    def named(self, kid: str) -> Row | None:
        """The key of that ID; none where several have it."""
        found = [row for row in self.rows if kid and row.line.kid == kid]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A setting that names a key which is in no set of the service."""

    label: str
    kid: str
    in_hardware: bool


def label(member: str) -> str:
    """What people call a setting."""
    return SERVICE[member][1].label


def key_sets(service: Service) -> list[KeySet]:
    return [key_set(service, member) for member in SIGNS]


def key_set(service: Service, member: str) -> KeySet:
    text = str(service.get(member) or "")
    try:
        lines = key_lines(text) if text else ()
    except ValueError:
        return KeySet(member, text, (), is_odd=True)
    ids = [line.kid for line in lines]
    rows = [
        Row(
            at,
            line,
            named_by(service, member, line.kid),
            bool(line.kid) and ids.count(line.kid) > 1,
        )
        for at, line in enumerate(lines)
    ]
    return KeySet(member, text, rows, is_odd=False)


def named_by(service: Service, member: str, kid: str) -> list[Use]:
    """The settings that make a key of this set sign; also those of a newer Authlete,
    which nobody knows the set of."""
    uses = signs_with(service, kid)
    return [one for one in uses if SET_OF.get(one.field, member) == member]


def key_at(text: str, at: int) -> dict[str, Any]:
    """A key as it stands in the set."""
    found: dict[str, Any] = read(text)["keys"][at]
    return found


def added(text: str, key: Mapping[str, Any]) -> str:
    """The set with one more key at its end; raises `NotJson` where it is none."""
    raw, keys = _cut(text or '{"keys": []}')
    new = Part(keys.indent, dump(dict(key)), "", dict(key))
    return _joined(raw, keys, [*keys, new])


def without(text: str, at: int) -> str:
    """The set without the key in that place."""
    raw, keys = _cut(text)
    return _joined(raw, keys, [key for place, key in enumerate(keys) if place != at])


def moved(text: str, at: int, to: int) -> str:
    """The set with a key put in another place."""
    raw, keys = _cut(text)
    parts = list(keys)
    parts.insert(to, parts.pop(at))
    return _joined(raw, keys, parts)


def _cut(text: str) -> tuple[RawObject, RawArray]:
    raw = RawObject.of(text)
    part = raw.part("keys")
    if part is None:
        raise NotJson("not a JWK Set")
    return raw, RawArray.of(part.text)


def _joined(raw: RawObject, keys: RawArray, parts: Sequence[Part]) -> str:
    return str(raw.set("keys", None, str(keys.having(parts))))


def elsewhere(service: Service) -> list[Elsewhere]:
    """The settings that name a key which is in no set."""
    ids = {
        (member, row.line.kid)
        for member in SIGNS
        for row in key_set(service, member).rows
    }
    modules = {str(one.get("kid")) for one in service.objects("hsks")}
    return [
        Elsewhere(label(name), kid, kid in modules)
        for name, member in SET_OF.items()
        if (kid := str(service.get(name) or "")) and (member, kid) not in ids
    ]

"""The key sets of a service, what signs with their keys, and their texts edited.

All of it is done to texts whose private parts are sealed: the door puts those back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import SERVICE_SETTINGS
from console.forms.key_sets import KeySummary, list_key_set
from tenants.authlete.documents.jwks.inventory import KeyUse, find_signing_uses
from tenants.authlete.documents.service import Service
from tenants.authlete.json.raw import JsonPart, RawArray, RawObject, dump_json
from tenants.authlete.json.reader import InvalidJsonError, parse_json

# Each set of a service, and the settings that name the key in it that signs.
SIGNING_SETTINGS: Mapping[str, Sequence[str]] = {
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
SIGNING_CURVES = frozenset("P-256 P-384 P-521 secp256k1 Ed25519 Ed448".split())  # that sign
SET_BY_SETTING = {
    setting: member for member, names in SIGNING_SETTINGS.items() for setting in names
}
SET_DESCRIPTIONS: Mapping[str, str | Promise] = {
    "jwks": _("Signs tokens and answers, and decrypts what is sent to the service."),
    "federationJwks": _("Signs what the service says of itself in a federation."),
    "credentialJwks": _("Signs verifiable credentials. No setting names one of its keys."),
}


@dataclass(frozen=True, slots=True)
class KeySetRow:
    """One key of a set."""

    index: int  # its place, from 0
    summary: KeySummary
    uses: Sequence[KeyUse]  # the settings that make it sign
    has_duplicate_id: bool  # another key of the set has the same ID

    @property
    def can_sign(self) -> bool:
        return self.summary.is_private and self.summary.use != "enc"

    @property
    def can_roll_over(self) -> bool:
        """Whether a new key of its kind can take its place, and be told from it."""
        made = self.summary.kty == "RSA" or self.summary.size in SIGNING_CURVES
        known = made and bool(self.summary.thumbprint and self.summary.size)
        return self.can_sign and known and bool(self.summary.kid) and not self.has_duplicate_id


@dataclass(frozen=True, slots=True)
class KeySet:
    """One of a service's sets, as far as it can be read."""

    member: str
    text: str
    rows: Sequence[KeySetRow]
    is_invalid: bool  # there is something, and it is no key set

    @property
    def label(self) -> str:
        return SERVICE_SETTINGS[self.member][1].label

    @property
    def description(self) -> str | Promise:
        return SET_DESCRIPTIONS[self.member]

    def find(self, kid: str) -> KeySetRow | None:
        """The key of that ID; none where several have it."""
        found = [row for row in self.rows if kid and row.summary.kid == kid]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class MissingKeySetting:
    """A setting that names a key which is in no set of the service."""

    label: str
    kid: str
    is_in_hsm: bool


def setting_label(member: str) -> str:
    """What people call a setting."""
    return SERVICE_SETTINGS[member][1].label


def load_key_sets(service: Service) -> list[KeySet]:
    return [load_key_set(service, member) for member in SIGNING_SETTINGS]


def load_key_set(service: Service, member: str) -> KeySet:
    text = str(service.get(member) or "")
    try:
        lines = list_key_set(text) if text else ()
    except ValueError:
        return KeySet(member, text, (), is_invalid=True)
    ids = [line.kid for line in lines]
    rows = [
        KeySetRow(
            at,
            line,
            find_uses(service, member, line.kid),
            bool(line.kid) and ids.count(line.kid) > 1,
        )
        for at, line in enumerate(lines)
    ]
    return KeySet(member, text, rows, is_invalid=False)


def find_uses(service: Service, member: str, kid: str) -> list[KeyUse]:
    """The settings that make a key of this set sign; also those of a newer Authlete,
    which nobody knows the set of."""
    uses = find_signing_uses(service, kid)
    return [one for one in uses if SET_BY_SETTING.get(one.field, member) == member]


def get_jwk(text: str, index: int) -> dict[str, Any]:
    """A key as it stands in the set."""
    found: dict[str, Any] = parse_json(text)["keys"][index]
    return found


def add_key(text: str, key: Mapping[str, Any]) -> str:
    """The set with one more key at its end; raises `NotJson` where it is none."""
    raw, keys = _parse(text or '{"keys": []}')
    new = JsonPart(keys.part_indent, dump_json(dict(key)), "", dict(key))
    return _serialize(raw, keys, [*keys, new])


def remove_key(text: str, index: int) -> str:
    """The set without the key in that place."""
    raw, keys = _parse(text)
    return _serialize(raw, keys, [key for place, key in enumerate(keys) if place != index])


def move_key(text: str, index: int, to: int) -> str:
    """The set with a key put in another place."""
    raw, keys = _parse(text)
    parts = list(keys)
    parts.insert(to, parts.pop(index))
    return _serialize(raw, keys, parts)


def _parse(text: str) -> tuple[RawObject, RawArray]:
    raw = RawObject.parse(text)
    part = raw.get_part("keys")
    if part is None:
        raise InvalidJsonError("not a JWK Set")
    return raw, RawArray.parse(part.text)


def _serialize(raw: RawObject, keys: RawArray, parts: Sequence[JsonPart]) -> str:
    return str(raw.with_field("keys", None, str(keys.with_parts(parts))))


def find_missing_key_settings(service: Service) -> list[MissingKeySetting]:
    """The settings that name a key which is in no set."""
    ids = {
        (member, row.summary.kid)
        for member in SIGNING_SETTINGS
        for row in load_key_set(service, member).rows
    }
    modules = {str(one.get("kid")) for one in service.get_objects("hsks")}
    return [
        MissingKeySetting(setting_label(name), kid, kid in modules)
        for name, member in SET_BY_SETTING.items()
        if (kid := str(service.get(name) or "")) and (member, kid) not in ids
    ]

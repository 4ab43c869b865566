"""Read and edit the key sets of a service.

Private keys in the texts are redacted; `AuthleteClient` restores them when it sends one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import SERVICE_SETTINGS
from console.forms.key_sets import KeySummary, list_key_set
from tenants.authlete.documents.jwks.analysis import analyze_jwk_set
from tenants.authlete.documents.jwks.inventory import KeyUse, find_key_uses
from tenants.authlete.documents.service import Service
from tenants.authlete.json.raw import JsonPart, RawArray, RawObject, dump_json
from tenants.authlete.json.reader import InvalidJsonError, parse_json

# The key sets of a service, and the settings that name a signing key of each set.
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
SIGNING_CURVES = frozenset("P-256 P-384 P-521 secp256k1 Ed25519 Ed448".split())
SET_BY_SETTING = {
    setting: member for member, names in SIGNING_SETTINGS.items() for setting in names
}
SET_DESCRIPTIONS: Mapping[str, str | Promise] = {
    "jwks": _("Signs tokens and responses, and decrypts requests."),
    "federationJwks": _("Signs the service's entity configuration."),
    "credentialJwks": _("Signs verifiable credentials."),
}


@dataclass(frozen=True, slots=True)
class KeySetRow:
    """One key of a key set."""

    index: int  # from 0
    summary: KeySummary
    uses: Sequence[KeyUse]  # settings that name it
    has_duplicate_id: bool  # another key of the set has the same ID

    @property
    def can_sign(self) -> bool:
        """Whether the key is private and may sign."""
        return self.summary.is_private and self.summary.use != "enc"

    @property
    def can_roll_over(self) -> bool:
        """Whether a new key of the same type can replace it, and have a different key ID."""
        key = self.summary
        is_supported = key.kty == "RSA" or key.size in SIGNING_CURVES
        is_identified = bool(key.kid and key.thumbprint and key.size)
        return self.can_sign and is_supported and is_identified and not self.has_duplicate_id


@dataclass(frozen=True, slots=True)
class KeySet:
    """A key set of a service."""

    member: str
    text: str
    rows: Sequence[KeySetRow]
    is_invalid: bool  # the text isn't a JWK Set

    @property
    def label(self) -> str:
        """The label of the setting that holds the set."""
        return SERVICE_SETTINGS[self.member][1].label

    @property
    def description(self) -> str | Promise:
        """Return the purpose of the set's keys."""
        return SET_DESCRIPTIONS[self.member]


@dataclass(frozen=True, slots=True)
class MissingKeySetting:
    """A setting that names a key which isn't in its key set."""

    label: str
    kid: str
    is_in_hsm: bool


def setting_label(member: str) -> str:
    """Return the label of a service setting."""
    return SERVICE_SETTINGS[member][1].label


def load_key_sets(service: Service) -> list[KeySet]:
    """Parse all key sets of a service."""
    return [load_key_set(service, member) for member in SIGNING_SETTINGS]


def load_key_set(service: Service, member: str) -> KeySet:
    """Parse one key set; invalid text gives a set without rows."""
    text = str(service.get(member) or "")
    try:
        summaries = list_key_set(text) if text else ()
    except ValueError:
        return KeySet(member, text, (), is_invalid=True)
    kids = [key.kid for key in summaries]
    rows = [
        KeySetRow(
            index,
            key,
            find_uses(service, member, key.kid),
            bool(key.kid) and kids.count(key.kid) > 1,
        )
        for index, key in enumerate(summaries)
    ]
    return KeySet(member, text, rows, is_invalid=False)


def find_uses(service: Service, member: str, kid: str) -> list[KeyUse]:
    """Return the settings that name a key of this set.

    Includes settings of newer Authlete versions, whose set is unknown.
    """
    uses = find_key_uses(service, kid)
    return [use for use in uses if SET_BY_SETTING.get(use.field, member) == member]


def get_jwk(text: str, index: int) -> dict[str, Any]:
    """Return a key of the set text."""
    jwk: dict[str, Any] = parse_json(text)["keys"][index]
    return jwk


def add_key(text: str, key: Mapping[str, Any]) -> str:
    """Return the set text with ``key`` appended; raises `InvalidJsonError`."""
    raw, keys = _parse(text or '{"keys": []}')
    new = JsonPart(keys.part_indent, dump_json(dict(key)), "", dict(key))
    return _serialize(raw, keys, [*keys, new])


def remove_key(text: str, index: int) -> str:
    """Return the set text without the key at ``index``."""
    raw, keys = _parse(text)
    return _serialize(raw, keys, [key for position, key in enumerate(keys) if position != index])


def move_key(text: str, index: int, to: int) -> str:
    """Return the set text with a key moved from ``index`` to ``to``."""
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
    """Find settings that name a key which isn't in its key set."""
    set_kids = {
        (keys.member, row.summary.kid) for keys in load_key_sets(service) for row in keys.rows
    }
    hsm_kids = {str(key.get("kid")) for key in service.get_objects("hsks")}
    return [
        MissingKeySetting(setting_label(name), kid, kid in hsm_kids)
        for name, member in SET_BY_SETTING.items()
        if (kid := str(service.get(name) or "")) and (member, kid) not in set_kids
    ]


def list_set_kids(service: Service) -> set[str]:
    """Return the IDs of all keys in the service's key sets."""
    texts = [service.get_text(member) or "{}" for member in SIGNING_SETTINGS]
    return {key.kid for text in texts for key in analyze_jwk_set(text) if key.kid}


def list_used_kids(service: Service) -> set[str]:
    """Return the IDs of all keys of the service, in key sets and HSMs."""
    hsm_keys = service.get_objects("hsks")
    return list_set_kids(service) | {str(key["kid"]) for key in hsm_keys if key.get("kid")}

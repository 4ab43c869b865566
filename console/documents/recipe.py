"""The promotion recipe: how each setting is carried from one object to another.

Settings without a rule of their own are copied. The page of a comparison folds the differences
that the recipe expects.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.documents.kinds import DocumentKind
from tenants.authlete.documents.base import Document
from tenants.authlete.json.compare import is_same_for_authlete
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.fingerprint import Fingerprint


class CarryRule(Enum):
    """How a setting is carried to another object; the value describes it."""

    label: str | Promise

    COPY = "copy", _("Copied.")
    URL = "url", _("Mapped: addresses below the source's issuer move below the target's.")
    KEY = "key", _("Mapped: the target's key with the same algorithm and use.")
    OWN = "own", _("Never carried: the target keeps its own.")
    FIXED = "fixed", _("Never carried: set by Authlete.")
    ANEW = "anew", _("Never carried: set it anew in the target.")
    ACCEPTED = "accepted", _("Accepted difference of these twins.")  # of comparisons only

    def __new__(cls, value: str, label: str | Promise) -> "CarryRule":
        rule = object.__new__(cls)
        rule._value_ = value
        rule.label = label
        return rule

    @property
    def is_carried(self) -> bool:
        return self in (CarryRule.COPY, CarryRule.URL, CarryRule.KEY)

    @property
    def is_mapped(self) -> bool:
        return self in (CarryRule.URL, CarryRule.KEY)


OWN_MEMBERS = frozenset(
    "serviceName issuer clientName clientNames clientIdAlias trustChain developer".split()
)
ANEW_MEMBERS = frozenset("jwks federationJwks credentialJwks".split())
FIXED_MEMBERS = frozenset(  # not all of them are declared
    """
    apiKey number serviceNumber serviceOwnerNumber clientId createdAt modifiedAt metadata
    derivedSectorIdentifier
    """.split()
)
URL_SUFFIXES = ("Endpoint", "jwksUri", "JwksUri")
SERVICE_KEY_SUFFIX = "SignatureKeyId"


def find_rule(kind: DocumentKind, member: str, *values: Any) -> CarryRule:
    """Return the rule of a setting with these values in the compared objects."""
    known = kind.declared.get(member)
    if member in OWN_MEMBERS:
        return CarryRule.OWN
    if member in FIXED_MEMBERS:
        return CarryRule.FIXED
    if member in ANEW_MEMBERS or any(isinstance(value, Fingerprint) for value in values):
        return CarryRule.ANEW
    if known and known[1].input_type.is_secret:
        return CarryRule.ANEW
    if known and known[1].is_immutable:
        return CarryRule.FIXED
    if member.endswith(URL_SUFFIXES):
        return CarryRule.URL
    if member.endswith(SERVICE_KEY_SUFFIX) and kind.name == "service":
        return CarryRule.KEY
    return CarryRule.COPY


def is_expected(kind: DocumentKind, member: str, source: Document, target: Document) -> bool:
    """Return whether the recipe expects a setting of two objects to differ."""
    before, after = source.get(member), target.get(member)
    rule = find_rule(kind, member, before, after)
    if not rule.is_carried:
        return True
    if rule.is_mapped and before and after:
        return True
    return is_same_for_authlete(map_value(kind, member, source, target), after)


def map_value(kind: DocumentKind, member: str, source: Document, target: Document) -> Any:
    """Return the value that a carried setting of ``source`` gets in ``target``."""
    value = source.get(member)
    if value and find_rule(kind, member, value) is CarryRule.KEY:
        return _find_matching_key(str(value), source, target)
    old, new = (document.get_text("issuer").rstrip("/") for document in (source, target))
    return rewrite_urls(value, old, new)


def rewrite_urls(value: Any, old: str, new: str) -> Any:
    """Return ``value`` with all URLs below ``old`` moved below ``new``."""
    match value:
        case str() if old and (value == old or value.startswith(f"{old}/")):
            return new + value[len(old) :]
        case list():
            return [rewrite_urls(item, old, new) for item in value]
        case dict():
            return {name: rewrite_urls(item, old, new) for name, item in value.items()}
        case _:
            return value


def _find_matching_key(kid: str, source: Document, target: Document) -> str | None:
    """Return the ID of the target's first key that fits in place of the source's key."""
    keys = {key.get("kid"): key for key in _list_keys(source)}
    wanted = keys.get(kid)
    if wanted is None:
        return None
    matching = (key for key in _list_keys(target) if _is_alike(key, wanted) and key.get("kid"))
    return next((str(key["kid"]) for key in matching), None)


def _is_alike(key: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(key.get(name) == wanted.get(name) for name in ("kty", "alg", "use", "crv"))


def _list_keys(document: Document) -> list[Mapping[str, Any]]:
    try:
        key_set = parse_json(document.get_text("jwks") or "{}")
    except InvalidJsonError:
        return []
    keys = key_set.get("keys") if isinstance(key_set, dict) else None
    return [key for key in keys or () if isinstance(key, dict)]

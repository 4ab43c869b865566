"""The keys that superiors in a federation need during a rollover."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from console.keys.hsm.keys import HsmPublicKey, parse_public_key
from console.models import Rollover
from tenants.authlete.api.hardware_keys import HardwareKey
from tenants.authlete.documents.service import Service
from tenants.authlete.json.reader import InvalidJsonError, parse_json

# Public members of a JWK (RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2).
PUBLIC_KEY_MEMBERS = (
    *("kid", "kty", "use", "key_ops", "alg", "crv", "x", "y", "n", "e"),
    *("x5u", "x5c", "x5t", "x5t#S256"),
)


@dataclass(frozen=True, slots=True)
class SuperiorKeyUpdate:
    """The public keys to share with superiors."""

    entity: str  # the subject of their statements
    superiors: Sequence[str]
    key: str  # the signing key as a JWK; empty if unavailable
    keys: str  # the JWK Set for their statements


def build_superior_update(rollover: Rollover, service: Service) -> SuperiorKeyUpdate:
    """Return what superiors need in the rollover's current state."""
    if rollover.in_hardware:
        kids = (rollover.old_kid, rollover.new_kid)
        keys = [key for key in _public_hsm_keys(service) if key.get("kid") in kids]
    else:
        keys = _public_set_keys(rollover, service)
    kid = rollover.old_kid if rollover.is_reverting else rollover.new_kid
    signing = [key for key in keys if key.get("kid") == kid]
    return SuperiorKeyUpdate(
        service.issuer,
        list_superiors(service),
        json.dumps(signing[0], indent=2) if len(signing) == 1 else "",
        json.dumps({"keys": keys}, indent=2),
    )


def list_superiors(service: Service) -> list[str]:
    """Return the entity IDs of the service's superiors."""
    return service.get_texts("authorityHints")


def _public_set_keys(rollover: Rollover, service: Service) -> list[dict[str, Any]]:
    try:
        keys = parse_json(service.get_text(rollover.member))["keys"]
        return [
            {name: key[name] for name in PUBLIC_KEY_MEMBERS if name in key}
            for key in keys
            if key.get("kty") != "oct"  # a symmetric key has no public part
        ]
    except (InvalidJsonError, TypeError, KeyError, AttributeError):
        return []


def _public_hsm_keys(service: Service) -> list[dict[str, Any]]:
    keys = [_parse_hsm_key(data) for data in service.get_objects("hsks")]
    return [json.loads(key.jwk) for key in keys if key]


def _parse_hsm_key(data: dict[str, Any]) -> HsmPublicKey | None:
    try:
        return parse_public_key(HardwareKey.model_validate(data))
    except ValidationError:
        return None

"""What those above a service in a federation have to be told about its keys."""

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

# Members of a key that everybody may see (RFC 7517, section 4; RFC 7518, section 6;
# RFC 8037, section 2); whatever else there is stays here.
PUBLIC_KEY_MEMBERS = (
    *("kid", "kty", "use", "key_ops", "alg", "crv", "x", "y", "n", "e"),
    *("x5u", "x5c", "x5t", "x5t#S256"),
)


@dataclass(frozen=True, slots=True)
class SuperiorKeyUpdate:
    """What is handed over; public parts alone."""

    entity: str  # who the statements are about
    superiors: Sequence[str]
    key: str  # the key that is to sign, as a JWK; empty where it cannot be read
    keys: str  # the set as a superior's statement has to hold it meanwhile


def build_superior_update(rollover: Rollover, service: Service) -> SuperiorKeyUpdate:
    keys = (
        _public_hsm_keys(service) if rollover.in_hardware else _public_set_keys(rollover, service)
    )
    kid = rollover.old_kid if rollover.is_reverting else rollover.new_kid
    signing = [one for one in keys if one.get("kid") == kid]
    kids = (rollover.old_kid, rollover.new_kid)
    if rollover.in_hardware:
        keys = [one for one in keys if one.get("kid") in kids]
    return SuperiorKeyUpdate(
        service.issuer,
        list_superiors(service),
        json.dumps(signing[0], indent=2) if len(signing) == 1 else "",
        json.dumps({"keys": keys}, indent=2),
    )


def list_superiors(service: Service) -> list[str]:
    """Who states which keys the service has in its federation."""
    return service.get_texts("authorityHints")


def _public_set_keys(rollover: Rollover, service: Service) -> list[dict[str, Any]]:
    try:
        keys = parse_json(service.get_text(rollover.member))["keys"]
        return [
            {name: key[name] for name in PUBLIC_KEY_MEMBERS if name in key}
            for key in keys
            if key.get("kty") != "oct"  # a shared key has no public part
        ]
    except (InvalidJsonError, TypeError, KeyError, AttributeError):
        return []


def _public_hsm_keys(service: Service) -> list[dict[str, Any]]:
    found = [_parse_hsm_key(one) for one in service.get_objects("hsks")]
    return [json.loads(one.jwk) for one in found if one]


def _parse_hsm_key(data: dict[str, Any]) -> HsmPublicKey | None:
    try:
        return parse_public_key(HardwareKey.model_validate(data))
    except ValidationError:
        return None

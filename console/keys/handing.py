"""What those above a service in a federation have to be told about its keys."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from console.keys.hardware import Public, public
from console.models import Rollover
from tenants.authlete.api.keys import HardwareKey
from tenants.authlete.documents.service import Service
from tenants.authlete.reading import NotJson, read

# Members of a key that everybody may see (RFC 7517, section 4; RFC 7518, section 6;
# RFC 8037, section 2); whatever else there is stays here.
PUBLIC = (
    *("kid", "kty", "use", "key_ops", "alg", "crv", "x", "y", "n", "e"),
    *("x5u", "x5c", "x5t", "x5t#S256"),
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What is handed over; public parts alone."""

    entity: str  # who the statements are about
    superiors: Sequence[str]
    key: str  # the key that is to sign, as a JWK; empty where it cannot be read
    keys: str  # the set as a superior's statement has to hold it meanwhile


def handed(rollover: Rollover, service: Service) -> Handed:
    keys = _in_hardware(service) if rollover.in_hardware else _in_set(rollover, service)
    kid = rollover.old_kid if rollover.goes_back else rollover.new_kid
    signing = [one for one in keys if one.get("kid") == kid]
    kids = (rollover.old_kid, rollover.new_kid)
    if rollover.in_hardware:
        keys = [one for one in keys if one.get("kid") in kids]
    return Handed(
        service.issuer,
        superiors(service),
        json.dumps(signing[0], indent=2) if len(signing) == 1 else "",
        json.dumps({"keys": keys}, indent=2),
    )


def superiors(service: Service) -> list[str]:
    """Who states which keys the service has in its federation."""
    return service.texts("authorityHints")


def _in_set(rollover: Rollover, service: Service) -> list[dict[str, Any]]:
    try:
        keys = read(service.text(rollover.member))["keys"]
        return [
            {name: key[name] for name in PUBLIC if name in key}
            for key in keys
            if key.get("kty") != "oct"  # a shared key has no public part
        ]
    except (NotJson, TypeError, KeyError, AttributeError):
        return []


def _in_hardware(service: Service) -> list[dict[str, Any]]:
    found = [_key(one) for one in service.objects("hsks")]
    return [json.loads(one.jwk) for one in found if one]


def _key(told: dict[str, Any]) -> Public | None:
    try:
        return public(HardwareKey.model_validate(told))
    except ValidationError:
        return None

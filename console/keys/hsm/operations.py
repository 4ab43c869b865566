"""Making and destroying keys in hardware, and what became of it.

A reply that was lost is settled by what Authlete lists then: a key that is made is told
by its name, which is always ours, and one that is destroyed by its handle.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from console.keys.hsm.algorithms import GROUP_BY_ALGORITHM
from tenants.authlete.api.hardware_keys import HardwareKey, HardwareKeysApi
from tenants.authlete.documents.jwks import analysis
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError, NotFoundError, Outcome

KEY_SET_MEMBERS = ("jwks", "federationJwks", "credentialJwks")


@dataclass(frozen=True, slots=True)
class LostReply:
    """A reply that told nothing, and what the list says since."""

    error: AuthleteError
    is_listed: bool | None  # whether the key is in it; None: it could not be read


@dataclass(frozen=True, slots=True)
class CreatedHsmKey:
    """A key that is there now."""

    handle: str  # empty where neither reply nor list told it
    is_reconciled: bool = False  # known from the list alone


def list_set_kids(service: Service) -> set[str]:
    """The names of the keys in a service's sets."""
    texts = [service.get_text(name) or "{}" for name in KEY_SET_MEMBERS]
    return {one.kid for text in texts for one in analysis.analyze_jwk_set(text) if one.kid}


def list_used_kids(service: Service) -> set[str]:
    """The names of all keys that a service has, wherever they are."""
    hardware = service.get_objects("hsks")
    return list_set_kids(service) | {str(one["kid"]) for one in hardware if one.get("kid")}


def create_key(keys: HardwareKeysApi, data: Mapping[str, Any]) -> CreatedHsmKey | LostReply:
    """Make a key as the form asks; raises where it was not made."""
    group, kid = GROUP_BY_ALGORITHM[data["alg"]], data["kid"] or token_urlsafe(32)
    try:
        found = keys.create(
            kty=group.kty,
            use=group.use,
            alg=data["alg"],
            kid=kid,
            hsm_name=data["module"],
        )
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        there = _find_listed(keys, lambda one: one.kid == kid)
        if there:
            return CreatedHsmKey(there[0].handle, is_reconciled=True)
        return LostReply(error, None if there is None else False)
    return CreatedHsmKey(found.handle if found else "")


def delete_key(keys: HardwareKeysApi, handle: str, name: str) -> bool | LostReply:
    """Whether there was still such a key; raises where it was not destroyed."""
    try:
        keys.delete(handle, name)
    except AuthleteError as error:
        if isinstance(error, NotFoundError) and error.is_from_authlete:
            return False
        if error.outcome is not Outcome.UNKNOWN:
            raise
        there = _find_listed(keys, lambda one: one.handle == handle)
        if there == []:
            return True
        return LostReply(error, None if there is None else True)
    return True


def _find_listed(
    keys: HardwareKeysApi, matches: Callable[[HardwareKey], bool]
) -> list[HardwareKey] | None:
    """The keys that are meant; None where the list could not be read."""
    try:
        return [one for one in keys.list() if matches(one)]
    except AuthleteError:
        return None

"""Making and destroying keys in hardware, and what became of it.

A reply that was lost is settled by what Authlete lists then: a key that is made is told
by its name, which is always ours, and one that is destroyed by its handle.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from console.keys.algorithms import OF
from tenants.authlete.api.keys import HardwareKey, HardwareKeys
from tenants.authlete.documents import key_facts
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError, NotFound, Outcome

SETS = ("jwks", "federationJwks", "credentialJwks")


@dataclass(frozen=True, slots=True)
class Lost:
    """A reply that told nothing, and what the list says since."""

    error: AuthleteError
    listed: bool | None  # whether the key is in it; None: it could not be read


@dataclass(frozen=True, slots=True)
class Made:
    """A key that is there now."""

    handle: str  # empty where neither reply nor list told it
    settled: bool = False  # known from the list alone


def in_sets(service: Service) -> set[str]:
    """The names of the keys in a service's sets."""
    texts = [service.text(name) or "{}" for name in SETS]
    return {one.kid for text in texts for one in key_facts.of_set(text) if one.kid}


def taken(service: Service) -> set[str]:
    """The names of all keys that a service has, wherever they are."""
    hardware = service.objects("hsks")
    return in_sets(service) | {str(one["kid"]) for one in hardware if one.get("kid")}


def make(keys: HardwareKeys, asked: Mapping[str, Any]) -> Made | Lost:
    """Make a key as the form asks; raises where it was not made."""
    group, kid = OF[asked["alg"]], asked["kid"] or token_urlsafe(32)
    try:
        found = keys.create(
            kty=group.kty,
            use=group.use,
            alg=asked["alg"],
            kid=kid,
            module=asked["module"],
        )
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        there = _listed(keys, lambda one: one.kid == kid)
        if there:
            return Made(there[0].handle, settled=True)
        return Lost(error, None if there is None else False)
    return Made(found.handle if found else "")


def destroy(keys: HardwareKeys, handle: str, name: str) -> bool | Lost:
    """Whether there was still such a key; raises where it was not destroyed."""
    try:
        keys.delete(handle, name)
    except AuthleteError as error:
        if isinstance(error, NotFound) and error.is_told:
            return False
        if error.outcome is not Outcome.UNKNOWN:
            raise
        there = _listed(keys, lambda one: one.handle == handle)
        if there == []:
            return True
        return Lost(error, None if there is None else True)
    return True


def _listed(
    keys: HardwareKeys, is_it: Callable[[HardwareKey], bool]
) -> list[HardwareKey] | None:
    """The keys that are meant; None where the list could not be read."""
    try:
        return [one for one in keys.list() if is_it(one)]
    except AuthleteError:
        return None

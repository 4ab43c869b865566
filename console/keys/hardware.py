"""The keys of a service that are in hardware modules, and what signs with them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tenants.authlete.api.keys import HardwareKey
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.documents.key_uses import Use, signs_with
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError


class Off(StrEnum):
    """Who has keys in hardware switched off; empty where nobody has."""

    NOBODY = ""
    CLUSTER = "cluster"
    SERVICE = "service"


CODES = {
    "A001223": Off.CLUSTER,
    "A266201": Off.SERVICE,
    "A268201": Off.SERVICE,
    "A269201": Off.SERVICE,
    "A270201": Off.SERVICE,
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One key in a module."""

    key: HardwareKey
    uses: Sequence[Use]
    repeated: bool  # another key in hardware has the same name


@dataclass(frozen=True, slots=True)
class Hardware:
    """What could be read of them; without ``off`` and ``error`` it is all."""

    keys: Sequence[Kept] = ()
    off: Off = Off.NOBODY
    error: AuthleteError | None = None

    def of(self, handle: str) -> Kept | None:
        return next((one for one in self.keys if one.key.handle == handle), None)


def hardware(api: ServiceApi, service: Service) -> Hardware:
    """The keys of a service that are in hardware modules, as Authlete lists them."""
    try:
        return Hardware(list(_kept(api.hardware_keys.list(), service)))
    except AuthleteError as error:
        off = CODES.get(error.code, Off.NOBODY)
        return Hardware(off=off, error=None if off else error)


def _kept(keys: Sequence[HardwareKey], service: Service) -> Iterator[Kept]:
    names = Counter(one.kid for one in keys)
    for key in sorted(keys, key=lambda one: (one.kid, one.handle)):
        yield Kept(key, signs_with(service, key.kid), names[key.kid] > 1)

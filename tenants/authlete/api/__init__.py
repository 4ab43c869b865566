"""Every operation of Authlete's, declared once, and the conveniences over them.

`OPERATIONS` is the vocabulary of the audit log: a name that was once released stays.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from tenants.authlete.api import (
    batches,
    clients,
    diagnostics,
    grants,
    idp,
    keys,
    runtime,
    services,
    tokens,
)
from tenants.authlete.operation import Operation

GROUPS = (
    services,
    clients,
    tokens,
    grants,
    keys,
    batches,
    diagnostics,
    runtime,
    idp,
)


def _declared(groups: Iterable[ModuleType]) -> Iterator[Operation[Any]]:
    for group in groups:
        for value in vars(group).values():
            if isinstance(value, Operation):
                yield value


def _by_name(operations: Iterable[Operation[Any]]) -> Mapping[str, Operation[Any]]:
    found: dict[str, Operation[Any]] = {}
    for operation in operations:
        if found.setdefault(operation.name, operation) is not operation:
            raise ValueError(f"two operations are called {operation.name}")
    return MappingProxyType(found)


OPERATIONS = _by_name(_declared(GROUPS))

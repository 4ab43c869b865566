"""The declarations of all operations, and classes to call them.

The audit log contains the names in `OPERATIONS`, so a released name must not change.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from tenants.authlete.api import (
    batches,
    clients,
    diagnostics,
    grants,
    hardware_keys,
    idp,
    runtime,
    services,
    tokens,
)
from tenants.authlete.operation import Operation

OPERATION_MODULES = (
    services,
    clients,
    tokens,
    grants,
    hardware_keys,
    batches,
    diagnostics,
    runtime,
    idp,
)


def _iter_operations(modules: Iterable[ModuleType]) -> Iterator[Operation[Any]]:
    for group in modules:
        for value in vars(group).values():
            if isinstance(value, Operation):
                yield value


def _index_by_name(operations: Iterable[Operation[Any]]) -> Mapping[str, Operation[Any]]:
    by_name: dict[str, Operation[Any]] = {}
    for operation in operations:
        if by_name.setdefault(operation.name, operation) is not operation:
            raise ValueError(f"two operations are called {operation.name}")
    return MappingProxyType(by_name)


OPERATIONS = _index_by_name(_iter_operations(OPERATION_MODULES))

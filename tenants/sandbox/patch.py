"""JSON Patch, RFC 6902."""

from copy import deepcopy
from typing import Any


class BadPatch(ValueError):
    """The patch is not one, or does not fit the document."""


def patched(document: Any, operations: Any) -> Any:
    """A copy of ``document`` after all ``operations``; raises `BadPatch`."""
    if not isinstance(operations, list):
        raise BadPatch("a patch is an array of operations")
    document = deepcopy(document)
    for operation in operations:
        if not isinstance(operation, dict):
            raise BadPatch("an operation is an object")
        document = _once(document, operation)
    return document


def _once(document: Any, operation: dict[str, Any]) -> Any:
    path = _steps(operation.get("path"))
    match operation.get("op"):
        case "add":
            return _put(document, path, _value(operation), insert=True)
        case "replace":
            _at(document, path)
            return _put(document, path, _value(operation), insert=False)
        case "remove":
            return _without(document, path)
        case "test":
            if _at(document, path) != _value(operation):
                raise BadPatch("a test failed")
            return document
        case "copy" | "move" as kind:
            source = _steps(operation.get("from"))
            value = deepcopy(_at(document, source))
            if kind == "move":
                document = _without(document, source)
            return _put(document, path, value, insert=True)
        case _:
            raise BadPatch("an operation is of no known kind")


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise BadPatch("an operation has no value")
    return deepcopy(operation["value"])


def _steps(pointer: Any) -> list[str]:
    """The steps of a JSON Pointer, RFC 6901."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise BadPatch("a path is not a JSON Pointer")
    steps = pointer.split("/")[1:]
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _at(document: Any, steps: list[str]) -> Any:
    for step in steps:
        match document:
            case dict() if step in document:
                document = document[step]
            case list():
                document = document[_index(step, len(document) - 1)]
            case _:
                raise BadPatch(f"there is nothing at {step!r}")
    return document


def _put(document: Any, steps: list[str], value: Any, *, insert: bool) -> Any:
    if not steps:
        return value
    holder = _at(document, steps[:-1])
    match holder:
        case dict():
            holder[steps[-1]] = value
        case list() if insert:
            at = len(holder) if steps[-1] == "-" else _index(steps[-1], len(holder))
            holder.insert(at, value)
        case list():
            holder[_index(steps[-1], len(holder) - 1)] = value
        case _:
            raise BadPatch("a value holds nothing")
    return document


def _without(document: Any, steps: list[str]) -> Any:
    _at(document, steps)
    if not steps:
        return None
    holder = _at(document, steps[:-1])
    if isinstance(holder, dict):
        del holder[steps[-1]]
    else:
        del holder[_index(steps[-1], len(holder) - 1)]
    return document


def _index(step: str, last: int) -> int:
    whole = step.isascii() and step.isdecimal() and (step == "0" or step[0] != "0")
    if not whole or int(step) > last:
        raise BadPatch(f"there is no element {step!r}")
    return int(step)

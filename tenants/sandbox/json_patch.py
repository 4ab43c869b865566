"""JSON Patch (RFC 6902)."""

from copy import deepcopy
from typing import Any


class JsonPatchError(ValueError):
    """The patch is invalid or doesn't apply to the document."""


def apply_patch(document: Any, operations: Any) -> Any:
    """Return a patched copy of ``document``; raise `JsonPatchError`."""
    if not isinstance(operations, list):
        raise JsonPatchError("a patch is an array of operations")
    document = deepcopy(document)
    for operation in operations:
        if not isinstance(operation, dict):
            raise JsonPatchError("an operation is an object")
        document = _apply_operation(document, operation)
    return document


def _apply_operation(document: Any, operation: dict[str, Any]) -> Any:
    path = _parse_pointer(operation.get("path"))
    match operation.get("op"):
        case "add":
            return _set_value(document, path, _value(operation), insert=True)
        case "replace":
            _resolve(document, path)
            return _set_value(document, path, _value(operation), insert=False)
        case "remove":
            return _remove_value(document, path)
        case "test":
            if _resolve(document, path) != _value(operation):
                raise JsonPatchError("a test failed")
            return document
        case "copy" | "move" as op:
            source = _parse_pointer(operation.get("from"))
            value = deepcopy(_resolve(document, source))
            if op == "move":
                document = _remove_value(document, source)
            return _set_value(document, path, value, insert=True)
        case _:
            raise JsonPatchError("an operation is of no known kind")


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise JsonPatchError("an operation has no value")
    return deepcopy(operation["value"])


def _parse_pointer(pointer: Any) -> list[str]:
    """Return the steps of a JSON Pointer (RFC 6901)."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise JsonPatchError("a path is not a JSON Pointer")
    steps = pointer.split("/")[1:]
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _resolve(document: Any, steps: list[str]) -> Any:
    for step in steps:
        match document:
            case dict() if step in document:
                document = document[step]
            case list():
                document = document[_parse_index(step, len(document) - 1)]
            case _:
                raise JsonPatchError(f"there is nothing at {step!r}")
    return document


def _set_value(document: Any, steps: list[str], value: Any, *, insert: bool) -> Any:
    if not steps:
        return value
    holder = _resolve(document, steps[:-1])
    match holder:
        case dict():
            holder[steps[-1]] = value
        case list() if insert:
            index = len(holder) if steps[-1] == "-" else _parse_index(steps[-1], len(holder))
            holder.insert(index, value)
        case list():
            holder[_parse_index(steps[-1], len(holder) - 1)] = value
        case _:
            raise JsonPatchError("a value has no members")
    return document


def _remove_value(document: Any, steps: list[str]) -> Any:
    _resolve(document, steps)
    if not steps:
        return None
    holder = _resolve(document, steps[:-1])
    if isinstance(holder, dict):
        del holder[steps[-1]]
    else:
        del holder[_parse_index(steps[-1], len(holder) - 1)]
    return document


def _parse_index(step: str, last: int) -> int:
    is_valid = step.isascii() and step.isdecimal() and (step == "0" or step[0] != "0")
    if not is_valid or int(step) > last:
        raise JsonPatchError(f"there is no element {step!r}")
    return int(step)

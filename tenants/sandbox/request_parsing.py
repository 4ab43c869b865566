"""Parse request bodies into typed fields, as Authlete's JSON library does.

A value of the wrong type rejects the whole body (A126202); unknown fields are silently
dropped; null means absent.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tenants.sandbox.http_messages import (
    ApiResponseError,
    ExactNumber,
    JsonDict,
    SandboxRequest,
    parse_json,
    parse_query,
    unparsable_body,
)
from tenants.sandbox.schema import fields
from tenants.sandbox.schema.fields import FieldTable

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"
INTEGER_LIMITS = {"int32": 2**31, "int64": 2**63}


def parse_body(
    request: SandboxRequest, table: FieldTable | None = None, *, allow_forms: bool = True
) -> JsonDict:
    """Return the JSON object or form of a request.

    ``table`` has the types of form fields; without it they are texts. Raises
    `ApiResponseError` without a Content-Type (A258201), without a body (A126203), or if the
    body isn't an object (A126202).
    """
    match request.content_type:
        case "":
            raise ApiResponseError(400, "A258201", "The Content-Type header is missing.")
        case "application/json":
            return _parse_object(request.body)
        case content_type if content_type == FORM_CONTENT_TYPE and allow_forms:
            form = parse_query(request.body.decode("utf-8", "replace"))
            return dict(_convert_form(form, table.types)) if table else dict(form)
        case content_type:
            raise ApiResponseError(
                400, "A258201", f"The Content-Type {content_type} is not supported."
            )


def parse_fields(
    request: SandboxRequest, types: Mapping[str, str], *, allow_forms: bool = True
) -> JsonDict:
    """Return the typed fields of a request's body.

    The type ``raw`` is an object of any kind. Raises `ApiResponseError`.
    """
    body = parse_body(request, FieldTable(types), allow_forms=allow_forms)
    return convert_fields(body, types)


def parse_array(request: SandboxRequest, types: Mapping[str, str]) -> list[JsonDict]:
    """Return the typed fields of each object in a request's JSON array."""
    if request.content_type != "application/json":
        raise ApiResponseError(400, "A258201", "The Content-Type is not application/json.")
    entries = _parse_value(request.body)
    if not isinstance(entries, list):
        raise unparsable_body("it is not a JSON array")
    return [
        convert_fields(_require_type(f"[{index}]", item, dict, "an object"), types)
        for index, item in enumerate(entries)
    ]


def convert_fields(body: JsonDict, types: Mapping[str, str]) -> JsonDict:
    """Return the fields of ``types`` in ``body``; raise `ApiResponseError`."""
    return {
        name: _require_type(name, body[name], dict, "an object")
        if type_name == "raw"
        else convert_value(name, type_name, body[name], frozenset())
        for name, type_name in types.items()
        if body.get(name) is not None
    }


def _parse_object(body: bytes) -> JsonDict:
    value = _parse_value(body)
    if not isinstance(value, dict):
        raise unparsable_body("it is not a JSON object")
    return value


def _parse_value(body: bytes) -> Any:
    if not body.strip():
        raise ApiResponseError(400, "A126203", "The request body is missing or empty.")
    try:
        return parse_json(body)
    except ValueError as error:
        raise unparsable_body(f"it is not JSON ({error})") from None


def _convert_form(form: dict[str, str], types: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Convert form values; lists are separated by spaces, objects are ignored."""
    for name, text in form.items():
        type_name = types.get(name, "text")
        if type_name == "flag":
            yield name, text.lower() == "true"
        elif type_name in INTEGER_LIMITS:
            try:
                yield name, int(text)
            except ValueError:
                raise unparsable_body(f"'{name}' is not an integer") from None
        elif type_name.startswith("["):
            if type_name.strip("[]") not in fields.OBJECT_TYPES:
                yield name, text.split()
        elif type_name not in fields.OBJECT_TYPES:
            yield name, text


def convert_value(name: str, type_name: str, value: Any, extra_values: frozenset[str]) -> Any:
    """Convert one value to how the server stores it.

    ``extra_values`` are accepted beyond the enumerations. Raises `ApiResponseError` if the
    type is wrong or the value unknown (A031201).
    """
    if type_name.startswith("["):
        return _convert_list(name, type_name[1:-1], value, extra_values)
    if type_name in fields.OBJECT_TYPES:
        return _convert_object(name, type_name, value, extra_values)
    if type_name == "flag":
        return _require_type(name, value, bool, "a boolean")
    if type_name in INTEGER_LIMITS:
        return _convert_integer(name, type_name, value)
    text = _require_type(name, value, str, "a string")
    words = fields.ENUMS.get(type_name)
    if words is not None and text not in words and text not in extra_values:
        raise ApiResponseError(400, "A031201", f"The value '{text}' of '{name}' is not known.")
    return text


def _convert_list(name: str, type_name: str, value: Any, known: frozenset[str]) -> list[Any]:
    _require_type(name, value, list, "an array")
    if None in value:
        raise ApiResponseError(400, "A031205", f"'{name}' contains a null element.")
    return [convert_value(name, type_name, item, known) for item in value]


def _convert_object(name: str, type_name: str, value: Any, known: frozenset[str]) -> JsonDict:
    _require_type(name, value, dict, "an object")
    types = fields.OBJECT_TYPES[type_name]
    values: JsonDict = {}
    for inner, item in types.items():
        if value.get(inner) is not None:
            values[inner] = convert_value(f"{name}.{inner}", item, value[inner], known)
        elif item == "flag":
            values[inner] = False
        elif item in INTEGER_LIMITS:
            values[inner] = 0
    return values


def _convert_integer(name: str, type_name: str, value: Any) -> Any:
    is_integer = isinstance(value, (int, ExactNumber)) and not isinstance(value, bool)
    if not is_integer or value != int(value):
        raise unparsable_body(f"'{name}' is not an integer")
    if not -INTEGER_LIMITS[type_name] <= value < INTEGER_LIMITS[type_name]:
        raise unparsable_body(f"'{name}' does not fit {type_name}")
    return value


def _require_type[Kind](name: str, value: Any, expected: type[Kind], description: str) -> Kind:
    if not isinstance(value, expected):
        raise unparsable_body(f"'{name}' is not {description}")
    return value


def parse_range(request: SandboxRequest, code_prefix: str) -> tuple[int, int]:
    """Return start and end of a list request, by default 0 and 5.

    Raises `ApiResponseError` with a code of ``code_prefix``: 201 and 203 for non-integers,
    202 and 204 for negative numbers.
    """
    start = _parse_bound(request, "start", 0, f"{code_prefix}201", f"{code_prefix}202")
    return start, _parse_bound(request, "end", 5, f"{code_prefix}203", f"{code_prefix}204")


def _parse_bound(
    request: SandboxRequest, name: str, default: int, type_code: str, negative_code: str
) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    try:
        bound = int(text)
        if not text.lstrip("+-").isascii() or not -(2**31) <= bound < 2**31:
            raise ValueError
    except ValueError:
        raise ApiResponseError(
            400, type_code, f"The value of '{name}' is not an integer."
        ) from None
    if bound < 0:
        raise ApiResponseError(400, negative_code, f"The value of '{name}' is negative.")
    return bound

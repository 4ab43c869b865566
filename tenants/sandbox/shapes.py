"""Reading a body into the shape that a server keeps, as its JSON library would.

A value of the wrong type refuses the whole body (A126202); an unknown member is
dropped without a word; null is the same as absent.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tenants.sandbox import fields
from tenants.sandbox.errors import Refusal, unparsable
from tenants.sandbox.fields import Table
from tenants.sandbox.wire import Exact, Members, Request, loads, query_of

FORM = "application/x-www-form-urlencoded"
LIMITS = {"int32": 2**31, "int64": 2**63}


def body_of(
    request: Request, table: Table | None = None, *, forms: bool = True
) -> Members:
    """The JSON object or form that came with a request.

    ``table`` tells the kinds of a form's fields; without it they are texts. Without
    ``forms`` only JSON is taken.

    Raises `Refusal`: without a Content-Type (A258201), without a body (A126203),
    with one that is not an object (A126202).
    """
    match request.content_type:
        case "":
            raise Refusal(400, "A258201", "The Content-Type header is missing.")
        case "application/json":
            return _object(request.body)
        case kind if kind == FORM and forms:
            form = query_of(request.body.decode("utf-8", "replace"))
            return dict(_typed(form, table.kinds)) if table else dict(form)
        case kind:
            raise Refusal(400, "A258201", f"The Content-Type {kind} is not supported.")


def members_of(
    request: Request, kinds: Mapping[str, str], *, forms: bool = True
) -> Members:
    """The members of those kinds that came with a request, each as it should be.

    ``raw`` is an object of any kind. Raises `Refusal`.
    """
    table = Table(kinds, frozenset(), {}, ())
    return members_in(body_of(request, table, forms=forms), kinds)


def array_of(request: Request, kinds: Mapping[str, str]) -> list[Members]:
    """The same of each object in the array that came with a request."""
    if request.content_type != "application/json":
        raise Refusal(400, "A258201", "The Content-Type is not application/json.")
    found = _value(request.body)
    if not isinstance(found, list):
        raise unparsable("it is not a JSON array")
    return [
        members_in(_instance(f"[{at}]", one, dict, "an object"), kinds)
        for at, one in enumerate(found)
    ]


def members_in(body: Members, kinds: Mapping[str, str]) -> Members:
    """The members of those kinds in ``body``; raises `Refusal`."""
    return {
        name: _instance(name, body[name], dict, "an object")
        if kind == "raw"
        else shaped(name, kind, body[name], frozenset())
        for name, kind in kinds.items()
        if body.get(name) is not None
    }


def _object(body: bytes) -> Members:
    value = _value(body)
    if not isinstance(value, dict):
        raise unparsable("it is not a JSON object")
    return value


def _value(body: bytes) -> Any:
    if not body.strip():
        raise Refusal(400, "A126203", "The request body is missing or empty.")
    try:
        return loads(body)
    except ValueError as error:
        raise unparsable(f"it is not JSON ({error})") from None


def _typed(form: dict[str, str], kinds: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """A form's texts as JSON; lists are texts between spaces, objects cannot be."""
    for name, text in form.items():
        kind = kinds.get(name, "text")
        if kind == "flag":
            yield name, text.lower() == "true"
        elif kind in LIMITS:
            try:
                yield name, int(text)
            except ValueError:
                raise unparsable(f"'{name}' is not an integer") from None
        elif kind.startswith("["):
            if kind.strip("[]") not in fields.OBJECTS:
                yield name, text.split()
        elif kind not in fields.OBJECTS:
            yield name, text


def shaped(name: str, kind: str, value: Any, known: frozenset[str]) -> Any:
    """One member's value as the server keeps it.

    ``known`` are words beyond the enumerations that this server takes. Raises
    `Refusal` where the type is wrong or a word is not known (A031201).
    """
    if kind.startswith("["):
        return _list(name, kind[1:-1], value, known)
    if kind in fields.OBJECTS:
        return _members(name, kind, value, known)
    if kind == "flag":
        return _instance(name, value, bool, "a boolean")
    if kind in LIMITS:
        return _integer(name, kind, value)
    text = _instance(name, value, str, "a string")
    words = fields.enums().get(kind)
    if words is not None and text not in words and text not in known:
        raise Refusal(400, "A031201", f"The value '{text}' of '{name}' is not known.")
    return text


def _list(name: str, kind: str, value: Any, known: frozenset[str]) -> list[Any]:
    _instance(name, value, list, "an array")
    if None in value:
        raise Refusal(400, "A031205", f"'{name}' contains a null element.")
    return [shaped(name, kind, item, known) for item in value]


def _members(name: str, kind: str, value: Any, known: frozenset[str]) -> Members:
    _instance(name, value, dict, "an object")
    kinds = fields.OBJECTS[kind]
    found: Members = {}
    for inner, one in kinds.items():
        if value.get(inner) is not None:
            found[inner] = shaped(f"{name}.{inner}", one, value[inner], known)
        elif one == "flag":
            found[inner] = False
        elif one in LIMITS:
            found[inner] = 0
    return found


def _integer(name: str, kind: str, value: Any) -> Any:
    whole = isinstance(value, (int, Exact)) and not isinstance(value, bool)
    if not whole or value != int(value):
        raise unparsable(f"'{name}' is not an integer")
    if not -LIMITS[kind] <= value < LIMITS[kind]:
        raise unparsable(f"'{name}' does not fit {kind}")
    return value


def _instance[Kind](name: str, value: Any, kind: type[Kind], called: str) -> Kind:
    if not isinstance(value, kind):
        raise unparsable(f"'{name}' is not {called}")
    return value

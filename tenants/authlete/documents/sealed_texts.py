"""JSON inside a text that is edited while secrets in it are sealed.

A seal may be written only as what it stands for, and only where it was shown: the
texts of an object are at their names, those of a list at their places.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tenants.authlete.documents.raw import Part, RawArray, RawObject, dump
from tenants.authlete.documents.sealed_keys import Misplaced
from tenants.authlete.reading import NotJson, read
from tenants.authlete.redaction import SEALED, sealed_in


def put_back_inside(original: str, seen: str, wanted: str) -> str:
    """``wanted`` with each seal replaced by what ``original`` has in its place.

    ``seen`` is ``original`` as it was shown. Raises `Misplaced` for any other seal.
    """
    try:
        return _opened(wanted, read(wanted), read(seen), read(original))
    except NotJson as error:
        raise Misplaced("the text is no JSON") from error


def _opened(text: str, value: Any, seen: Any, old: Any) -> str:
    """How ``value``, which is written as ``text``, is written without its seals."""
    if not sealed_in(value):
        return text
    match value, seen, old:
        case Mapping(), Mapping(), Mapping():
            raw = RawObject.of(text)
            parts = (_part(p, seen.get(p.name), old.get(p.name)) for p in raw)
            return str(replace(raw, parts=tuple(parts)))
        case list(), list(), list():
            array = RawArray.of(text)
            if len(array.parts) == len(seen) == len(old):
                return str(array.having(map(_part, array, seen, old)))
        case str(), str(), _ if SEALED.fullmatch(value) and value == seen:
            return dump(old)
    raise Misplaced("a sealed secret is not where it was")


def _part(part: Part, seen: Any, old: Any) -> Part:
    return replace(part, text=_opened(part.text, part.value, seen, old))

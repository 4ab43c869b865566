"""JWK Sets that are edited while the private parts in them are sealed.

A sealed part may be written only as what it stands for: in the key that carried it,
whose other parts make it the same key. So keys can be added, taken out and renamed
by people who never see a private part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tenants.authlete.documents.compare import same
from tenants.authlete.documents.raw import Part, RawArray, RawObject
from tenants.authlete.reading import NotJson, read
from tenants.authlete.redaction import SEALED, sealed_in

# What a private part belongs to (RFC 7518, section 6; RFC 8037, section 2).
PAIR = ("kty", "crv", "x", "y", "n", "e")


class Misplaced(ValueError):
    """A seal stands where nothing is known to be sealed."""


def put_back(original: str, seen: str, wanted: str, *, wholly: bool = True) -> str:
    """``wanted`` with each seal replaced by what ``original`` has in its place.

    ``seen`` is ``original`` as it was shown. A key that nobody edited is written as it
    was. Raises `Misplaced`, for a seal that is left only where ``wholly``.
    """
    try:
        raw, old = RawObject.of(wanted), RawObject.of(original)
        parts, olds = _keys(raw), _keys(old)
        keys = _matched(_of(wanted), _of(seen))
        texts = [
            part if at is None else _opened(part, olds.parts[at], _of(seen)[at])
            for part, at in zip(parts, keys, strict=True)
        ]
    except (NotJson, IndexError) as error:
        raise Misplaced("the key set cannot be read") from error
    written = str(raw.set("keys", None, str(parts.having(texts))))
    if wholly and sealed_in(written):
        raise Misplaced("a sealed part is not in the key that it belongs to")
    return written


def misplaced(seen: str, wanted: str) -> bool:
    """Whether ``wanted`` has a seal that is not in the key that it belongs to."""
    if not sealed_in(wanted):
        return False
    keys, rest = _of(wanted), {**read(wanted), "keys": []}
    found = zip(keys, _matched(keys, _of(seen)), strict=True)
    return sealed_in(rest) or any(at is None and sealed_in(key) for key, at in found)


def _opened(part: Part, old: Part, seen: Mapping[str, Any]) -> Part:
    """A key with its seals replaced, in its own words wherever it is the old one."""
    if same(part.value, seen):
        return replace(part, text=old.text)
    raw, was = RawObject.of(part.text), RawObject.of(old.text)
    for member in raw:
        before = was.part(member.name)
        if sealed_in(member.value) and before:
            raw = raw.set(member.name, None, before.text)
    return replace(part, text=str(raw))


def _matched(wanted: Sequence[Any], seen: Sequence[Any]) -> list[int | None]:
    """For each wanted key the place of the one that it was."""
    return [
        next((at for at, old in enumerate(seen) if _is(key, old)), None)
        for key in wanted
    ]


def _is(key: Any, old: Any) -> bool:
    if same(key, old):
        return True
    if not isinstance(key, Mapping) or not isinstance(old, Mapping):
        return False
    sealed = [name for name, value in key.items() if sealed_in(value)]
    return (
        bool(sealed)
        and all(
            isinstance(key[name], str)
            and SEALED.fullmatch(key[name])
            and key[name] == old.get(name)
            for name in sealed
        )
        and all(same(key.get(name), old.get(name)) for name in PAIR)
    )


def _of(text: str) -> list[Any]:
    match read(text):
        case {"keys": list() as keys}:
            return keys
    raise NotJson("not a JWK Set")


def _keys(raw: RawObject) -> RawArray:
    part = raw.part("keys")
    return RawArray.of(part.text if part else "")

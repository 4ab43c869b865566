"""JWK Sets that are edited while the private parts in them are sealed.

A sealed part may be written only as what it stands for: in the key that carried it,
whose other parts make it the same key. So keys can be added, taken out and renamed
by people who never see a private part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tenants.authlete.json.compare import is_equal
from tenants.authlete.json.raw import JsonPart, RawArray, RawObject, dump_json
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.redactor import (
    FINGERPRINT_PATTERN,
    contains_fingerprint,
)

# What a private part belongs to (RFC 7518, section 6; RFC 8037, section 2).
KEY_IDENTITY_FIELDS = ("kty", "crv", "x", "y", "n", "e")


class MisplacedRedactionError(ValueError):
    """A seal stands where nothing is known to be sealed."""


def restore_jwk_set(original: str, redacted: str, edited: str, *, strict: bool = True) -> str:
    """``wanted`` with each seal replaced by what ``original`` has in its place.

    ``seen`` is ``original`` as it was shown. A key that nobody edited is written as it
    was. Raises `Misplaced`, for a seal that is left only where ``wholly``.
    """
    try:
        raw, old = RawObject.parse(edited), RawObject.parse(original)
        parts, olds = _keys_array(raw), _keys_array(old)
        keys = _match_keys(_parse_keys(edited), _parse_keys(redacted))
        texts = [
            part if at is None else _restore_key(part, olds.parts[at], _parse_keys(redacted)[at])
            for part, at in zip(parts, keys, strict=True)
        ]
    except (InvalidJsonError, IndexError) as error:
        raise MisplacedRedactionError("the key set cannot be read") from error
    written = str(raw.with_field("keys", None, str(parts.with_parts(texts))))
    if strict and contains_fingerprint(written):
        raise MisplacedRedactionError("a sealed part is not in the key that it belongs to")
    return written


def has_misplaced_redaction(redacted: str, edited: str) -> bool:
    """Whether ``wanted`` has a seal that is not in the key that it belongs to."""
    if not contains_fingerprint(edited):
        return False
    keys, rest = _parse_keys(edited), {**parse_json(edited), "keys": []}
    found = zip(keys, _match_keys(keys, _parse_keys(redacted)), strict=True)
    return contains_fingerprint(rest) or any(
        at is None and contains_fingerprint(key) for key, at in found
    )


def _restore_key(part: JsonPart, old: JsonPart, redacted: Mapping[str, Any]) -> JsonPart:
    """A key with its seals replaced, in its own words wherever it is the old one."""
    if is_equal(part.value, redacted):
        return replace(part, text=old.text)
    raw, was = RawObject.parse(part.text), RawObject.parse(old.text)
    for member in raw:
        before = was.get_part(member.name)
        if contains_fingerprint(member.value) and before:
            raw = raw.with_field(member.name, None, before.text)
    return replace(part, text=str(raw))


def _match_keys(edited: Sequence[Any], redacted: Sequence[Any]) -> list[int | None]:
    """For each wanted key the place of the one that it was."""
    return [
        next((at for at, old in enumerate(redacted) if _is_same_key(key, old)), None)
        for key in edited
    ]


def _is_same_key(key: Any, old: Any) -> bool:
    if is_equal(key, old):
        return True
    if not isinstance(key, Mapping) or not isinstance(old, Mapping):
        return False
    sealed = [name for name, value in key.items() if contains_fingerprint(value)]
    return (
        bool(sealed)
        and all(
            isinstance(key[name], str)
            and FINGERPRINT_PATTERN.fullmatch(key[name])
            and key[name] == old.get(name)
            for name in sealed
        )
        and all(is_equal(key.get(name), old.get(name)) for name in KEY_IDENTITY_FIELDS)
    )


def _parse_keys(text: str) -> list[Any]:
    match parse_json(text):
        case {"keys": list() as keys}:
            return keys
    raise InvalidJsonError("not a JWK Set")


def _keys_array(raw: RawObject) -> RawArray:
    part = raw.get_part("keys")
    return RawArray.parse(part.text if part else "")


def restore_json_text(original: str, redacted: str, edited: str) -> str:
    """``wanted`` with each seal replaced by what ``original`` has in its place.

    ``seen`` is ``original`` as it was shown. Raises `Misplaced` for any other seal.
    """
    try:
        return _restore_value(
            edited, parse_json(edited), parse_json(redacted), parse_json(original)
        )
    except InvalidJsonError as error:
        raise MisplacedRedactionError("the text is no JSON") from error


def _restore_value(text: str, value: Any, redacted: Any, original: Any) -> str:
    """How ``value``, which is written as ``text``, is written without its seals."""
    if not contains_fingerprint(value):
        return text
    match value, redacted, original:
        case Mapping(), Mapping(), Mapping():
            raw = RawObject.parse(text)
            parts = (_restore_part(p, redacted.get(p.name), original.get(p.name)) for p in raw)
            return str(replace(raw, parts=tuple(parts)))
        case list(), list(), list():
            array = RawArray.parse(text)
            if len(array.parts) == len(redacted) == len(original):
                return str(array.with_parts(map(_restore_part, array, redacted, original)))
        case str(), str(), _ if FINGERPRINT_PATTERN.fullmatch(value) and value == redacted:
            return dump_json(original)
    raise MisplacedRedactionError("a sealed secret is not where it was")


def _restore_part(part: JsonPart, redacted: Any, original: Any) -> JsonPart:
    return replace(part, text=_restore_value(part.text, part.value, redacted, original))

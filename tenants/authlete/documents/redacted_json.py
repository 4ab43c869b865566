"""Restore redacted secrets in JSON texts that users edited.

A fingerprint is replaced only by the secret it stands for, and only in its original
place: in a JWK Set, in the key with the same public parameters. So users can add,
remove and rename keys without seeing private ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tenants.authlete.json.compare import is_equal
from tenants.authlete.json.raw import JsonPart, RawArray, RawObject, dump_json
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.fingerprint import FINGERPRINT_PATTERN, contains_fingerprint

# Identify a key (RFC 7518, section 6; RFC 8037, section 2).
KEY_IDENTITY_FIELDS = ("kty", "crv", "x", "y", "n", "e")


class MisplacedRedactionError(ValueError):
    """A fingerprint isn't in the place of the secret it stands for."""


def restore_jwk_set(original: str, redacted: str, edited: str, *, strict: bool = True) -> str:
    """Replace the fingerprints in an edited JWK Set by the secrets in ``original``.

    ``redacted`` is what the user was shown of ``original``. Unedited keys keep their exact
    text. Raises `MisplacedRedactionError`; for remaining fingerprints only if ``strict``.
    """
    try:
        raw, old = RawObject.parse(edited), RawObject.parse(original)
        parts, old_parts = _keys_array(raw), _keys_array(old)
        redacted_keys = _parse_keys(redacted)
        keys = _match_keys(_parse_keys(edited), redacted_keys)
        texts = [
            part
            if index is None
            else _restore_key(part, old_parts.parts[index], redacted_keys[index])
            for part, index in zip(parts, keys, strict=True)
        ]
    except (InvalidJsonError, IndexError) as error:
        raise MisplacedRedactionError("the JWK Set is unreadable") from error
    restored = str(raw.with_field("keys", None, str(parts.with_parts(texts))))
    if strict and contains_fingerprint(restored):
        raise MisplacedRedactionError("a fingerprint is not in the key it belongs to")
    return restored


def has_misplaced_redaction(redacted: str, edited: str) -> bool:
    """Return whether a fingerprint isn't in the key it belongs to."""
    if not contains_fingerprint(edited):
        return False
    keys, other_fields = _parse_keys(edited), {**parse_json(edited), "keys": []}
    matches = zip(keys, _match_keys(keys, _parse_keys(redacted)), strict=True)
    return contains_fingerprint(other_fields) or any(
        index is None and contains_fingerprint(key) for key, index in matches
    )


def _restore_key(part: JsonPart, old: JsonPart, redacted: Mapping[str, Any]) -> JsonPart:
    """Restore one key, keeping its exact text if it is unedited."""
    if is_equal(part.value, redacted):
        return replace(part, text=old.text)
    raw, old_object = RawObject.parse(part.text), RawObject.parse(old.text)
    for field in raw:
        old_part = old_object.get_part(field.name)
        if contains_fingerprint(field.value) and old_part:
            raw = raw.with_field(field.name, None, old_part.text)
    return replace(part, text=str(raw))


def _match_keys(edited: Sequence[Any], redacted: Sequence[Any]) -> list[int | None]:
    """Return the position of each edited key in the redacted set, or None."""
    return [
        next((index for index, old in enumerate(redacted) if _is_same_key(key, old)), None)
        for key in edited
    ]


def _is_same_key(key: Any, old: Any) -> bool:
    if is_equal(key, old):
        return True
    if not isinstance(key, Mapping) or not isinstance(old, Mapping):
        return False
    redacted_fields = [name for name, value in key.items() if contains_fingerprint(value)]
    return (
        bool(redacted_fields)
        and all(
            isinstance(key[name], str)
            and FINGERPRINT_PATTERN.fullmatch(key[name])
            and key[name] == old.get(name)
            for name in redacted_fields
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
    """Replace the fingerprints in an edited JSON text by the secrets in ``original``.

    ``redacted`` is what the user was shown of ``original``. Raises
    `MisplacedRedactionError` for a fingerprint in another place.
    """
    try:
        return _restore_value(
            edited, parse_json(edited), parse_json(redacted), parse_json(original)
        )
    except InvalidJsonError as error:
        raise MisplacedRedactionError("the text is not JSON") from error


def _restore_value(text: str, value: Any, redacted: Any, original: Any) -> str:
    """Return the text of ``value`` with its fingerprints restored."""
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
    raise MisplacedRedactionError("a fingerprint is not in its original place")


def _restore_part(part: JsonPart, redacted: Any, original: Any) -> JsonPart:
    return replace(part, text=_restore_value(part.text, part.value, redacted, original))

"""Putting edited values into the text of a document, and nothing else.

A page edits what it sees, which is not all there is: secrets are sealed, text is
cleaned, and a form knows some members of an object only. So an edit is compared
with what was *seen*; where both are the same the old text stays, and inside an
object or a list the same holds for each member and item.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from tenants.authlete.documents.redacted_json import (
    MisplacedRedactionError,
    restore_json_text,
    restore_jwk_set,
)
from tenants.authlete.json.compare import find_key_field, is_equal
from tenants.authlete.json.raw import JsonPart, RawArray, RawObject, dump_json
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.redactor import Redactor, contains_fingerprint


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"


UNSET = _Unset()  # as an edited value, like None: take the member out


class RedactedValueError(ValueError):
    """An edit would write a fingerprint where a secret belongs."""


def apply_edits(raw: RawObject, edits: Mapping[str, Any], redactor: Redactor) -> RawObject:
    """``raw`` with each member of ``edits`` set, and every other text as it was."""
    for name, wanted in edits.items():
        part = raw.get_part(name)
        if wanted is UNSET or _is_removal(part, wanted):
            raw = raw.without_field(name)
        elif wanted is None:
            continue
        elif part is None:
            raw = raw.with_field(name, wanted, _dump_new(wanted))
        else:
            seen = redactor.redact_field(name, part.value)
            raw = raw.with_field(name, wanted, splice_value(part.text, part.value, seen, wanted))
    return raw


def splice_value(text: str, value: Any, redacted: Any, edited: Any) -> str:
    """How ``wanted`` is written where ``value`` was, which was written as ``text``."""
    if is_equal(redacted, edited):
        return text
    match value, redacted, edited:
        case dict(), dict(), Mapping():
            return str(_splice_object(RawObject.parse(text), redacted, edited))
        case list(), list(), list() | tuple():
            return str(_splice_array(RawArray.parse(text), redacted, edited))
        case str(), str(), str() if contains_fingerprint(edited):
            return dump_json(_restore_secrets(value, redacted, edited))
        case _:
            return _dump_new(edited)


def _restore_secrets(original: str, redacted: str, edited: str) -> str:
    """The text of a key set, or of other JSON, in which what was kept is still under
    its seals."""
    try:
        if _is_jwk_set(original):
            return restore_jwk_set(original, redacted, edited)
        return restore_json_text(original, redacted, edited)
    except MisplacedRedactionError as error:
        raise RedactedValueError(str(error)) from None


def _is_jwk_set(text: str) -> bool:
    try:
        found = parse_json(text)
    except InvalidJsonError:
        return False
    return isinstance(found, dict) and isinstance(found.get("keys"), list)


def _splice_object(raw: RawObject, redacted: Mapping[str, Any], edited: Mapping[str, Any]) -> Any:
    """Members that ``wanted`` does not name stay: a form may not know them."""
    for name, value in edited.items():
        part = raw.get_part(name)
        if value is UNSET or _is_removal(part, value):
            raw = raw.without_field(name)
        elif value is None:
            continue
        elif part is None:
            raw = raw.with_field(name, value, _dump_new(value))
        else:
            text = splice_value(part.text, part.value, redacted.get(name), value)
            raw = raw.with_field(name, value, text)
    return raw


def _is_removal(part: JsonPart | None, edited: Any) -> bool:
    """Whether None is to take out a value; a null that was there may stay."""
    return edited is None and part is not None and part.value is not None


def _splice_array(raw: RawArray, redacted: Sequence[Any], edited: Sequence[Any]) -> RawArray:
    parts = list(raw)
    return raw.with_parts(
        JsonPart(raw.part_indent, _dump_new(item), "", item)
        if at is None
        else replace(
            parts[at],
            text=splice_value(parts[at].text, parts[at].value, redacted[at], item),
            value=item,
        )
        for at, item in zip(_match_items(redacted, edited), edited, strict=True)
    )


def _match_items(redacted: Sequence[Any], edited: Sequence[Any]) -> list[int | None]:
    """Where each item was: they are the same by name, else by being equal, else by
    place."""
    if name := find_key_field(redacted, edited):
        named = {_comparable_key(item[name]): at for at, item in enumerate(redacted)}
        return [named.get(_comparable_key(item[name])) for item in edited]
    left = dict(enumerate(redacted))
    places = [_take_match(left, at, item) for at, item in enumerate(edited)]
    if len(redacted) == len(edited):
        places = [at if place is None and at in left else place for at, place in enumerate(places)]
    return places


def _comparable_key(value: Any) -> tuple[bool, Any]:
    return isinstance(value, bool), value  # 1 is no name for true


def _take_match(candidates: dict[int, Any], index: int, item: Any) -> int | None:
    """Take an old item that equals ``item`` out of ``left``, first that at its place,
    and say where it was."""
    places = chain((index,) if index in candidates else (), candidates)
    place = next((one for one in places if is_equal(candidates[one], item)), None)
    if place is not None:
        del candidates[place]
    return place


def make_replacement_edit(redacted: Any, edited: Any) -> Any:
    """``wanted`` as an edit after which nothing else is left of what was ``seen``: what
    it does not name inside objects is to be taken out, and does not stay."""
    match redacted, edited:
        case Mapping(), Mapping():
            gone = {name: None for name, v in redacted.items() if v is not None}
            return gone | {
                name: make_replacement_edit(redacted.get(name), v) for name, v in edited.items()
            }
        case list(), list():
            return [
                item if at is None else make_replacement_edit(redacted[at], item)
                for at, item in zip(_match_items(redacted, edited), edited, strict=True)
            ]
        case _:
            return edited


def _dump_new(value: Any) -> str:
    if contains_fingerprint(value):
        raise RedactedValueError("a sealed secret cannot be written; enter it anew")
    return dump_json(value)

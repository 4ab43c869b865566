"""Replace edited values in the JSON text of an object; other text stays.

A page edits a redacted view: secrets are fingerprints, texts are cleaned, and a form may not
know all fields. So an edited value is compared with the redacted one. Where both are equal the
original text stays; the same applies to each field of an object and each item of a list.
"""

from collections.abc import Callable, Mapping, Sequence
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
from tenants.authlete.redaction.fingerprint import contains_fingerprint
from tenants.authlete.redaction.redactor import Redactor


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"


UNSET = _Unset()  # removes a field, like None


class RedactedValueError(ValueError):
    """An edit contains a fingerprint where a secret belongs."""


def apply_edits(raw: RawObject, edits: Mapping[str, Any], redactor: Redactor) -> RawObject:
    """Return ``raw`` with the fields of ``edits`` set."""
    return _splice_object(raw, edits, lambda part: redactor.redact_field(part.name, part.value))


def splice_value(text: str, value: Any, redacted: Any, edited: Any) -> str:
    """Return the JSON of ``edited``, which replaces ``value`` with the JSON ``text``."""
    if is_equal(redacted, edited):
        return text
    match value, redacted, edited:
        case dict(), dict(), Mapping():
            raw = RawObject.parse(text)
            return str(_splice_object(raw, edited, lambda part: redacted.get(part.name)))
        case list(), list(), list() | tuple():
            return str(_splice_array(RawArray.parse(text), redacted, edited))
        case str(), str(), str() if contains_fingerprint(edited):
            return dump_json(_restore_secrets(value, redacted, edited))
        case _:
            return _dump_new(edited)


def _splice_object(
    raw: RawObject, edited: Mapping[str, Any], get_redacted: Callable[[JsonPart], Any]
) -> RawObject:
    """Set the fields of ``edited``; others stay, because a form may not know them."""
    for name, value in edited.items():
        part = raw.get_part(name)
        if value is UNSET or (value is None and part and part.value is not None):
            raw = raw.without_field(name)
        elif value is None:  # a null that was there stays
            continue
        elif part is None:
            raw = raw.with_field(name, value, _dump_new(value))
        else:
            text = splice_value(part.text, part.value, get_redacted(part), value)
            raw = raw.with_field(name, value, text)
    return raw


def _splice_array(raw: RawArray, redacted: Sequence[Any], edited: Sequence[Any]) -> RawArray:
    parts = list(raw)
    return raw.with_parts(
        JsonPart(raw.part_indent, _dump_new(item), "", item)
        if index is None
        else replace(
            parts[index],
            text=splice_value(parts[index].text, parts[index].value, redacted[index], item),
            value=item,
        )
        for index, item in zip(_match_items(redacted, edited), edited, strict=True)
    )


def _match_items(redacted: Sequence[Any], edited: Sequence[Any]) -> list[int | None]:
    """Return the old index of each edited item: by key, else by equality, else by position."""
    if key := find_key_field(redacted, edited):
        by_key = {_comparable_key(item[key]): index for index, item in enumerate(redacted)}
        return [by_key.get(_comparable_key(item[key])) for item in edited]
    remaining = dict(enumerate(redacted))
    matches = [_take_match(remaining, index, item) for index, item in enumerate(edited)]
    if len(redacted) == len(edited):
        matches = [
            index if match is None and index in remaining else match
            for index, match in enumerate(matches)
        ]
    return matches


def _comparable_key(value: Any) -> tuple[bool, Any]:
    return isinstance(value, bool), value  # 1 and true are different keys


def _take_match(candidates: dict[int, Any], index: int, item: Any) -> int | None:
    """Remove an item equal to ``item`` from ``candidates`` and return its index.

    The item at the same ``index`` is preferred.
    """
    indexes = chain((index,) if index in candidates else (), candidates)
    match = next((i for i in indexes if is_equal(candidates[i], item)), None)
    if match is not None:
        del candidates[match]
    return match


def _restore_secrets(original: str, redacted: str, edited: str) -> str:
    """Replace the fingerprints in an edited JSON text by the secrets of the original."""
    try:
        if _is_jwk_set(original):
            return restore_jwk_set(original, redacted, edited)
        return restore_json_text(original, redacted, edited)
    except MisplacedRedactionError as error:
        raise RedactedValueError(str(error)) from None


def _is_jwk_set(text: str) -> bool:
    try:
        value = parse_json(text)
    except InvalidJsonError:
        return False
    return isinstance(value, dict) and isinstance(value.get("keys"), list)


def make_replacement_edit(redacted: Any, edited: Any) -> Any:
    """Return ``edited`` with a None for each field that it does not have.

    As an edit it replaces ``redacted`` completely.
    """
    match redacted, edited:
        case Mapping(), Mapping():
            removed = {name: None for name, value in redacted.items() if value is not None}
            return removed | {
                name: make_replacement_edit(redacted.get(name), value)
                for name, value in edited.items()
            }
        case list(), list():
            return [
                item if index is None else make_replacement_edit(redacted[index], item)
                for index, item in zip(_match_items(redacted, edited), edited, strict=True)
            ]
        case _:
            return edited


def preview_edit(redacted: Any, edited: Any) -> Any:
    """Return the redacted value after an edit, with fingerprints where secrets stay."""
    match redacted, edited:
        case Mapping(), Mapping():
            removed = {name for name, value in edited.items() if value is None or value is UNSET}
            changed = {
                name: preview_edit(redacted.get(name), value)
                for name, value in edited.items()
                if name not in removed
            }
            stored = {name: value for name, value in redacted.items() if name not in removed}
            return stored | changed
        case list(), list() | tuple():
            return [
                item if index is None else preview_edit(redacted[index], item)
                for index, item in zip(_match_items(redacted, edited), edited, strict=True)
            ]
        case _:
            return edited


def _dump_new(value: Any) -> str:
    if contains_fingerprint(value):
        raise RedactedValueError("a fingerprint stands for a secret; enter the secret again")
    return dump_json(value)

"""The values of documents by which lists are searched, shown in columns and exported.

A value is a flag, a number, a text or a list of texts. Off, empty, and numbers that mean
"not set" have no value, nor has anything with a secret.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from tenants.authlete.documents.base import DocumentFields, Section, Setting, filter_objects
from tenants.authlete.json.reader import InvalidJsonError, make_storable, parse_json
from tenants.authlete.redaction.fingerprint import contains_fingerprint

MAX_TEXT_CHARS = 1_000  # of one text
MAX_TEXTS = 200  # of one setting

type SearchableValue = bool | int | str | list[str] | None


class ValueType(StrEnum):
    """How the values of a setting are compared."""

    FLAG = "flag"
    NUMBER = "number"
    DURATION = "duration"  # seconds
    MOMENT = "moment"  # milliseconds since 1970
    CHOICE = "choice"  # one or more of several
    TEXT = "text"


VALUE_TYPES: Mapping[str, ValueType] = {
    "flag": ValueType.FLAG,
    "number": ValueType.NUMBER,
    "duration": ValueType.DURATION,
    "moment": ValueType.MOMENT,
    "choice": ValueType.CHOICE,
    "choices": ValueType.CHOICE,
}  # by kind of input; all other kinds are texts
NUMBER_TYPES = (ValueType.NUMBER, ValueType.DURATION, ValueType.MOMENT)


@dataclass(frozen=True, slots=True)
class SearchableSetting:
    """A declared setting without secrets, or one of the object ``within`` a document."""

    setting: Setting
    within: str = ""

    name: str = field(init=False)  # with a dot inside an object: extension.accessTokenDuration
    member: str = field(init=False)  # of the document
    type: ValueType = field(init=False)
    is_list: bool = field(init=False)

    def __post_init__(self) -> None:
        api_name, kind = self.setting.api_name, self.setting.input_type.kind
        for attribute, value in (  # computed once: they are read for each client
            ("name", f"{self.within}.{api_name}" if self.within else api_name),
            ("member", self.within or api_name),
            ("type", VALUE_TYPES.get(kind, ValueType.TEXT)),
            ("is_list", kind in ("choices", "strings")),
        ):
            object.__setattr__(self, attribute, value)

    def value_in(self, document: DocumentFields) -> SearchableValue:
        """Return the value in ``document``; None if it is not set or of another type."""
        value = document.get(self.member)
        if self.within:
            value = value.get(self.setting.api_name) if isinstance(value, Mapping) else None
        if self.type is ValueType.FLAG:
            return True if value is True else None
        if value is None or value is False:
            return None
        if self.type in NUMBER_TYPES:
            return self._number(value)
        if type(value) is str and not self.is_list and self.setting.input_type.kind != "jwks":
            return _storable_text(value) or None
        texts = list(self._texts(value))[:MAX_TEXTS]
        if self.is_list or len(texts) > 1:
            return texts or None
        return texts[0] if texts else None

    def _number(self, value: Any) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
            return None
        means_unset = bool(self.setting.zero_label) or self.type is ValueType.MOMENT
        return None if value == 0 and means_unset else value

    def _texts(self, value: Any) -> Iterator[str]:
        if self.setting.input_type.kind == "jwks" and isinstance(value, str):
            value = _key_ids(value)
        for text in _leaf_texts(value):
            if storable := _storable_text(text):
                yield storable


def searchable_settings(
    sections: Iterable[type[Section]], **nested: type[Section]
) -> dict[str, SearchableSetting]:
    """Return the settings that are no secrets, by name.

    ``nested`` has the section of each object within a document, by API name.
    """
    found: dict[str, SearchableSetting] = {}
    for section in sections:
        for setting in section.settings():
            if setting.api_name in nested:
                inner = nested[setting.api_name].settings()
                items = [SearchableSetting(item, setting.api_name) for item in inner]
            else:
                items = [SearchableSetting(setting)]
            found |= {item.name: item for item in items if not item.setting.input_type.is_secret}
    return found


@lru_cache(maxsize=4096)  # the names of choices are in most documents
def _storable_text(text: str) -> str:
    """Return a text as one line; empty for one with a secret."""
    if contains_fingerprint(text):
        return ""
    if text.isprintable():
        return text[:MAX_TEXT_CHARS]
    return make_storable(" ".join(text[:MAX_TEXT_CHARS].splitlines()))


def _key_ids(text: str) -> list[str]:
    """Return the IDs of the keys in a JWK Set."""
    try:
        key_set = parse_json(text)
    except InvalidJsonError:
        return []
    keys = filter_objects(key_set.get("keys")) if isinstance(key_set, Mapping) else []
    return [str(key.get("kid") or "") for key in keys]


def _leaf_texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case bool() | None:
            return
        case int():
            yield str(value)
        case list():
            for item in value:
                yield from _leaf_texts(item)
        case Mapping():
            for item in value.values():
                yield from _leaf_texts(item)

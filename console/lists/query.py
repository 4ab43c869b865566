"""Parse the search box of a list.

Words match the text of a row; quotes keep words together. ``pkceRequired:true`` and
``accessTokenDuration>3600`` compare settings by their API names. A list can have short
names of its own, such as ``region``.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext as _

from tenants.authlete.documents.base import Section

WORD_PATTERN = re.compile(r'(?:"[^"]*"|[^\s"]|")+')
QUALIFIER_PATTERN = re.compile(r"([A-Za-z]\w*)(?::(?![<>])|:?([<>]=?))(.*)", re.ASCII)
COMPARATORS: Mapping[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
MAX_QUERY_CHARS = 200  # characters


@dataclass(frozen=True, slots=True)
class SearchVocabulary:
    """The names that one list can be searched by; without names, it's searched by words alone."""

    names: Mapping[str, str]
    example: str  # of a qualifier, for who used none that there is
    names_elsewhere: Mapping[str, str]  # names that this list lacks and another one has
    unordered: frozenset[str] = frozenset()  # names whose values have no order

    @property
    def has_names(self) -> bool:
        """Whether anything but words can be searched for."""
        return bool(self.names or self.names_elsewhere)

    @classmethod
    def from_sections(
        cls,
        sections: Iterable[type[Section]],
        *,
        example: str,
        more: Mapping[str, str] | None = None,
    ) -> Self:
        """Build it from every setting that is no secret, and ``more`` names of the list's own."""
        members = {
            setting.api_name.lower(): setting.api_name
            for section in sections
            for setting in section.settings()
            if not setting.input_type.is_secret
        }
        return cls(members | dict(more or {}), example, {}, frozenset(more or ()))

    def restricted_to(self, *allowed: str) -> Self:
        """Return a vocabulary with these names only."""
        names = {name: value for name, value in self.names.items() if value in allowed}
        excluded = {name: value for name, value in self.names.items() if value not in allowed}
        return type(self)(names, self.example, excluded, self.unordered)


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A qualifier: the setting, the operator and the value."""

    member: str
    operator: str  # empty: is or holds it
    value: str

    def matches(self, value: Any) -> bool:
        if not self.operator:
            return self.value.lower() in _value_texts(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return COMPARATORS[self.operator](value, int(self.value))


class SearchQuery:
    """A parsed search to match with rows; ``problem`` is its error, or ""."""

    def __init__(self, text: str, vocabulary: SearchVocabulary) -> None:
        self.text = text[:MAX_QUERY_CHARS].strip()
        self.words: list[str] = []
        self.conditions: list[SearchTerm] = []
        self.problem = ""
        self._vocabulary = vocabulary
        for word in WORD_PATTERN.findall(self.text):
            self._parse_word(word)

    def __bool__(self) -> bool:
        return bool(self.text)

    def _parse_word(self, word: str) -> None:
        is_text = word.startswith('"') or not self._vocabulary.has_names
        match = None if is_text else QUALIFIER_PATTERN.fullmatch(word)
        if not match or word.lower().startswith(("http:", "https:")):
            self.words.append(word.replace('"', "").lower())
            return
        name, sign, operand = match[1], match[2] or "", match[3].replace('"', "")
        member = self._vocabulary.names.get(name.lower())
        if member is None or (sign and name.lower() in self._vocabulary.unordered):
            self.problem = _unknown_name_message(name, self._vocabulary)
        elif sign and not re.fullmatch(r"-?[0-9]{1,18}", operand):
            self.problem = _("“%(word)s” needs a whole number.") % {"word": word}
        else:
            self.conditions.append(SearchTerm(member, sign, operand))

    def filter[Row](
        self, rows: Iterable[Row], text: Callable[[Row], str], value: Callable[[Row, str], Any]
    ) -> list[Row]:
        """Return the matching rows; none if the query is invalid.

        ``text`` returns what words match, ``value`` what a name stands for.
        """
        if self.problem:
            return []
        return [
            row
            for row in rows
            if self._contains_words(text, row)
            and all(test.matches(value(row, test.member)) for test in self.conditions)
        ]

    def _contains_words[Row](self, text: Callable[[Row], str], row: Row) -> bool:
        if not self.words:
            return True
        row_text = text(row).lower()
        return all(word in row_text for word in self.words)


def _unknown_name_message(name: str, vocabulary: SearchVocabulary) -> str:
    """Suggest the closest name for an unknown one, instead of listing all."""
    if there := vocabulary.names_elsewhere.get(name.lower()):
        return _("%(name)s can be searched only in one service's list.") % {"name": there}
    if close := get_close_matches(name.lower(), vocabulary.names, 1, 0.75):
        near = close[0] if close[0] in vocabulary.unordered else vocabulary.names[close[0]]
        return _("Unknown setting “%(name)s”. Did you mean %(near)s?") % {
            "name": name,
            "near": near,
        }
    return _(
        "Unknown setting “%(name)s”. Use Authlete's name, such as %(example)s. Put text with a "
        "colon in quotes."
    ) % {"name": name, "example": vocabulary.example}


def _value_texts(value: Any) -> list[str]:
    """Return the texts that match a value in a query."""
    match value:
        case bool():
            return ["true", "yes", "on"] if value else ["false", "no", "off"]
        case None:
            return ["none", "false", "no", "off", "0"]
        case list():
            return [str(item).lower() for item in value] or ["none"]
        case _:
            return [str(value).lower()]


def without_params(params: QueryDict, *names: str) -> QueryDict:
    """Return a copy of the parameters without ``names``."""
    query = params.copy()
    for name in names:
        query.pop(name, None)
    return query


def replace_params(params: QueryDict, **changes: Any) -> str:
    """Return the query string of page 1 with changed parameters.

    Empty values are left out.
    """
    query = without_params(params, "page", "download", *changes)
    for name, value in changes.items():
        if isinstance(value, list):
            query.setlist(name, value)
        elif value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"

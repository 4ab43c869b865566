"""Parse the search box of a list.

Words match the text of a row; quotes keep words together. ``name:value`` compares a setting,
by its API name or a short name of the list: ``pkceRequired:true``, ``accessTokenDuration>1d``,
``createdAt:2026-01-01..2026-03-31``, ``contacts:*@acme.com,*@acme.org``, ``jwksUri:none``. A minus
excludes. See docs/reference/search-syntax.md.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from console.lists.search_tokens import SINGLE_VALUE_PATTERN, did_you_mean, unquote
from console.lists.search_values import (
    MAX_NUMBER,
    MIN_NUMBER,
    FlagTest,
    NumberRange,
    PatternTest,
    RangeTest,
    SetTest,
    TextTest,
    ValueTest,
    parse_duration,
    parse_moment,
    parse_number,
    to_atoms,
)
from tenants.authlete.documents.searchable import NUMBER_TYPES, SearchableSetting, ValueType

WORD_PATTERN = re.compile(r'(?:"[^"]*"|[^\s"]|")+')
THUMBPRINT_PATTERN = re.compile(r"[\w-]{43}", re.ASCII)  # SHA-256 in base64url (RFC 7638)
QUALIFIER_PATTERN = re.compile(r"(-?)([A-Za-z][\w.]*)(?::(?![<>])|:?([<>]=?))(.*)", re.ASCII)
MAX_QUERY_CHARS = 500  # characters
MAX_VALUES = 50  # of one setting
ON_WORDS, OFF_WORDS = ("true", "yes", "on"), ("false", "no", "off")
PARSERS: Mapping[ValueType, Callable[[str], NumberRange | None]] = {
    ValueType.NUMBER: parse_number,
    ValueType.DURATION: parse_duration,
    ValueType.MOMENT: parse_moment,
}


@dataclass(frozen=True, slots=True)
class SearchField:
    """A setting or another property that a list can be searched by."""

    name: str
    type: ValueType = ValueType.TEXT
    choices: Sequence[str] = ()
    is_partial: bool = False  # a text matches if it contains the value


@dataclass(frozen=True, slots=True)
class SearchVocabulary:
    """The names that one list can be searched by; without names, it's searched by words alone."""

    fields: Mapping[str, SearchField]  # by name in lower case
    example: str  # of a qualifier, for who used none that there is
    elsewhere: Mapping[str, str | Promise] = field(default_factory=dict)  # messages, likewise

    @classmethod
    def from_settings(
        cls,
        settings: Mapping[str, SearchableSetting],
        *,
        example: str,
        aliases: Mapping[str, str] | None = None,
        more: Iterable[SearchField] = (),
        elsewhere: Mapping[str, str | Promise] | None = None,
    ) -> Self:
        """Build it from settings, other names for some, and ``more`` fields of the list's own."""
        fields = {
            item.name.lower(): SearchField(
                item.name, item.type, tuple(item.setting.input_type.choices)
            )
            for item in settings.values()
        }
        for name in list(fields):  # extension.accessTokenDuration, also without "extension."
            fields.setdefault(name.rpartition(".")[2], fields[name])
        fields |= {alias: fields[name.lower()] for alias, name in (aliases or {}).items()}
        fields |= {item.name.lower(): item for item in more}
        return cls(fields, example, elsewhere or {})

    @classmethod
    def from_names(cls, names: Iterable[str], *, example: str) -> Self:
        """Build it from names of texts."""
        return cls({name: SearchField(name) for name in names}, example)


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A qualifier: the field, and the tests of which one has to succeed."""

    field: SearchField
    tests: Sequence[ValueTest]
    is_negated: bool = False

    def matches(self, value: Any) -> bool:
        atoms = to_atoms(value)
        return any(test.matches(atoms) for test in self.tests) is not self.is_negated


class InvalidTermError(ValueError):
    """A qualifier that can't be understood; the message is for users."""


class SearchQuery:
    """A parsed search to match with rows; ``problem`` is its error, or ""."""

    def __init__(self, text: str, vocabulary: SearchVocabulary) -> None:
        self.text = text.strip()
        self.words: list[str] = []
        self.excluded_words: list[str] = []
        self.conditions: list[SearchTerm] = []
        self.problem = ""
        self._vocabulary = vocabulary
        if len(self.text) > MAX_QUERY_CHARS:  # rather than search for less than was typed
            self.problem = _("Enter at most %d characters.") % MAX_QUERY_CHARS
            return
        for word in WORD_PATTERN.findall(self.text):
            try:
                self._parse_word(word)
            except InvalidTermError as error:
                self.problem = self.problem or str(error)

    def __bool__(self) -> bool:
        return bool(self.text)

    def _parse_word(self, word: str) -> None:
        has_names = bool(self._vocabulary.fields)
        match = QUALIFIER_PATTERN.fullmatch(word) if has_names else None
        if match and not word.lower().lstrip("-").startswith(("http:", "https:")):
            self.conditions.append(self._parse_term(word, match))
        elif has_names and word.startswith("-") and _is_excluded(word):
            self.excluded_words.append(word[1:].replace('"', "").lower())
        else:
            self.words.append(word.replace('"', "").lower())

    def _parse_term(self, word: str, match: re.Match[str]) -> SearchTerm:
        minus, name, operator, operand = match[1], match[2], match[3] or "", match[4]
        search_field = self._vocabulary.fields.get(name.lower())
        if search_field is None:
            raise InvalidTermError(_unknown_name_message(name, self._vocabulary))
        values = SINGLE_VALUE_PATTERN.findall(operand)
        if not values:
            raise InvalidTermError(_("Enter a value after “%(word)s”.") % {"word": word})
        if operator:
            tests: list[ValueTest] = [_parse_comparison(search_field, word, operator, values)]
        elif len(values) > MAX_VALUES:
            raise InvalidTermError(_("Enter at most %d values.") % MAX_VALUES)
        else:
            tests = [_parse_value(search_field, value) for value in values]
        return SearchTerm(search_field, tests, bool(minus))

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
            if self._matches_words(text, row)
            and all(term.matches(value(row, term.field.name)) for term in self.conditions)
        ]

    def _matches_words[Row](self, text: Callable[[Row], str], row: Row) -> bool:
        if not self.words and not self.excluded_words:
            return True
        row_text = text(row).lower()
        has_all = all(word in row_text for word in self.words)
        return has_all and not any(word in row_text for word in self.excluded_words)


def _is_excluded(word: str) -> bool:
    """Tell whether a word with a minus excludes; a pasted thumbprint or a minus alone doesn't."""
    return len(word) > 1 and not THUMBPRINT_PATTERN.fullmatch(word)


def _parse_comparison(
    search_field: SearchField, word: str, operator: str, values: Sequence[str]
) -> ValueTest:
    if search_field.type not in NUMBER_TYPES:
        raise InvalidTermError(
            _("“%(name)s” has no order. Compare it with a colon, such as %(example)s.")
            % {"name": search_field.name, "example": _example(search_field)}
        )
    if len(values) > 1:
        raise InvalidTermError(_("Enter one value in “%(word)s”.") % {"word": word})
    low, high = _parse_number(search_field, values[0])
    ranges = {
        ">": NumberRange(high + 1, MAX_NUMBER),
        ">=": NumberRange(low, MAX_NUMBER),
        "<": NumberRange(MIN_NUMBER, low - 1),
        "<=": NumberRange(MIN_NUMBER, high),
    }
    return RangeTest(ranges[operator])


def _parse_value(search_field: SearchField, value: str) -> ValueTest:
    is_quoted, text = value.startswith('"'), unquote(value)
    folded = text.lower()
    if not is_quoted and folded in ("none", "*"):
        return SetTest(folded == "*")
    if search_field.type is ValueType.FLAG:
        if folded in ON_WORDS + OFF_WORDS:
            return FlagTest(folded in ON_WORDS)
        raise InvalidTermError(
            _("“%(name)s” is on or off: use true or false.") % {"name": search_field.name}
        )
    if search_field.type in NUMBER_TYPES:
        start, dots, end = text.partition("..")
        low, high = _parse_number(search_field, start, end if dots else start)
        return RangeTest(NumberRange(low, high))
    if "*" in text and not is_quoted:
        return PatternTest(text)
    if search_field.choices and not is_quoted:
        return TextTest(_find_choice(search_field, text))
    return PatternTest(f"*{text}*") if search_field.is_partial else TextTest(text)


def _parse_number(search_field: SearchField, start: str, end: str | None = None) -> NumberRange:
    """Return the range from ``start`` to ``end``; open where one of two is empty."""
    parse, is_open = PARSERS[search_field.type], end is not None and start != end
    low = NumberRange(MIN_NUMBER, 0) if is_open and start in ("", "*") else parse(unquote(start))
    high = NumberRange(0, MAX_NUMBER) if is_open and end in ("", "*") else parse(end or start)
    if low is None or high is None:
        raise InvalidTermError(
            _("“%(name)s” can't be compared with “%(value)s”. Use a value such as %(example)s.")
            % {
                "name": search_field.name,
                "value": start if low is None else end,
                "example": _example(search_field),
            }
        )
    return NumberRange(low.low, high.high)


EXAMPLE_VALUES: Mapping[ValueType, str] = {
    ValueType.NUMBER: ">5",
    ValueType.DURATION: ">1d",
    ValueType.MOMENT: ">2026-01-31",
    ValueType.FLAG: ":true",
    ValueType.CHOICE: ":*",
    ValueType.TEXT: ":*",
}


def _example(search_field: SearchField) -> str:
    return search_field.name + EXAMPLE_VALUES[search_field.type]


def _find_choice(search_field: SearchField, text: str) -> str:
    """Return the choice with this name, or the only one that begins with this word."""
    folded = text.lower()
    exact = [choice for choice in search_field.choices if choice.lower() == folded]
    prefixed = [
        choice for choice in search_field.choices if choice.lower().startswith(f"{folded}_")
    ]
    if exact or len(prefixed) == 1:
        return (exact or prefixed)[0]
    raise InvalidTermError(
        _("“%(value)s” isn't a value of %(name)s.") % {"value": text, "name": search_field.name}
        + (did_you_mean(text, search_field.choices) or " " + _("Use quotes to search for it."))
    )


def _unknown_name_message(name: str, vocabulary: SearchVocabulary) -> str:
    """Suggest the closest name for an unknown one, instead of listing all."""
    if message := vocabulary.elsewhere.get(name.lower()):
        return str(message)
    names = [
        item.name if item.name.lower() == alias else alias
        for alias, item in vocabulary.fields.items()
    ]
    unknown = _("Unknown setting “%(name)s”.") % {"name": name}
    if suggestion := did_you_mean(name, names):
        return unknown + suggestion
    return (
        unknown
        + " "
        + _("Use Authlete's name, such as %(example)s. Put text with a colon in quotes.")
        % {"example": vocabulary.example}
    )


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

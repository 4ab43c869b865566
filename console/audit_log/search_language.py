"""The language of searches: ``service:"Shop" -outcome:done field:scopes,pkceRequired``.

A term is a name and values of which any will do, or left out with a minus; what has no
name are words. `parse` takes any text, and `printed` writes the one text that stands
for some terms. What the values mean is the form's business.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.lists.search_tokens import (
    QUOTED_PATTERN,
    SINGLE_VALUE_PATTERN,
    VALUE_PATTERN,
    did_you_mean,
    unquote,
)

# The parameter of the page cursor.
CURSOR = "at"
CSRF_FIELD = "csrfmiddlewaretoken"
FILTERS: Mapping[str, str | Promise] = {
    "actor": gettext_lazy("name or email address"),
    "role": gettext_lazy("role at the time"),
    "address": gettext_lazy("network address"),
    "region": gettext_lazy("a region"),
    "service": gettext_lazy("name or ID"),
    "client": gettext_lazy("name or ID"),
    "subject": gettext_lazy("exact subject identifier"),
    "operation": gettext_lazy("action"),
    "effect": gettext_lazy("read, reveal, change or destroy"),
    "outcome": gettext_lazy("succeeded, rejected, not sent, unknown, failed or open"),
    "code": gettext_lazy("Authlete's result code"),
    "status": gettext_lazy("HTTP status, such as 404 or 5xx"),
    "field": gettext_lazy("setting to change"),
    "old": gettext_lazy("value before, such as off or 2700"),
    "new": gettext_lazy('value after, such as "45 minutes"'),
    "reason": gettext_lazy("text in the reason"),
    "ticket": gettext_lazy("a ticket"),
    "request": gettext_lazy("request or page ID"),
    "before": gettext_lazy("date, time, 7d or this-quarter"),
    "after": gettext_lazy("date, time, 7d or last-quarter"),
}
# Filters set by links only, not documented for typing.
INTERNAL_FILTERS = ("mark", "object", "page", "reads")
FILTER_ALIASES = {
    "action": "operation",
    "app": "client",
    "by": "actor",
    "date": "after",
    "day": "after",
    "during": "after",
    "error": "code",
    "from": "after",
    "http": "status",
    "id": "request",
    "ip": "address",
    "now": "new",
    "on": "after",
    "result": "outcome",
    "setting": "field",
    "since": "after",
    "until": "before",
    "user": "actor",
    "was": "old",
    "what": "operation",
    "when": "after",
    "who": "actor",
    "why": "reason",
}
QUOTE_HINT = gettext_lazy("Put text with a colon in quotes.")
MAX_SEARCH_CHARS = 4000  # characters
NON_NEGATABLE_FILTERS = ("before", "after", "reads")
DAY_PATTERN = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

TERM_PATTERN = re.compile(
    rf"(?P<minus>-?)(?:(?!https?://)(?P<name>[A-Za-z_]\w*):(?P<values>{VALUE_PATTERN}(?:,{VALUE_PATTERN})*)"
    rf'|(?P<word>{QUOTED_PATTERN}|(?!")\S+))(?=\s|$)',
    re.ASCII | re.DOTALL,
)
FILTER_NAME_PATTERN = re.compile(r"-?(?!https?://)([A-Za-z_]\w*):", re.ASCII)
UNQUOTED_PATTERN = re.compile(r'[^\s",:\\-][^\s",:\\]*')
# Typographic quotation marks, typed or inserted by a browser.
SMART_QUOTES = "“”„‟«»'‘’‚‛`´"
BOOLEAN_WORDS = ("AND", "OR", "NOT")
FILTER_LIKE_PATTERN = re.compile(r"\W*([a-z]+)[:=]", re.IGNORECASE)


class AuditSearchTerm(NamedTuple):
    """One filter with one of its values; a word where ``name`` is empty."""

    name: str
    value: str
    negated: bool = False


def parse(text: str) -> tuple[list[AuditSearchTerm], list[str]]:
    """Return the terms of a text, and a message about each part that can't be parsed."""
    terms, problems, position = [], [], 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = TERM_PATTERN.match(text, position)
        filter_name = FILTER_NAME_PATTERN.match(text, position)
        if match is None or (filter_name and not match["name"]):
            invalid = text[position:].split(maxsplit=1)[0]
            problems.append(_syntax_problem(text, position, filter_name))
            position += len(invalid)
            continue
        position, minus = match.end(), bool(match["minus"])
        if problem := _term_problem(match):
            problems.append(problem)
        elif match["word"]:
            terms.append(AuditSearchTerm("", unquote(match["word"]), minus))
        else:
            values = SINGLE_VALUE_PATTERN.findall(match["values"])
            terms += [
                AuditSearchTerm(match["name"].lower(), unquote(value), minus) for value in values
            ]
    return _normalize(terms), problems


def format_terms(terms: Iterable[AuditSearchTerm]) -> str:
    """Return the text of some terms, each filter once."""
    parts: list[str] = []
    last = None
    for term in _normalize(terms):
        sign, value = "-" if term.negated else "", quote_value(term.value)
        if term.name and last == (term.name, term.negated):
            parts[-1] += f",{value}"
        else:
            parts.append(f"{sign}{term.name}:{value}" if term.name else sign + value)
        last = (term.name, term.negated)
    return " ".join(parts)


def quote_value(value: str) -> str:
    """Return a value as it is written after a colon: in quotes where it needs them."""
    if UNQUOTED_PATTERN.fullmatch(value) and not (value[0] in SMART_QUOTES or _word_problem(value)):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def expand_query(query_dict: QueryDict, names: frozenset[str]) -> tuple[QueryDict, list[str], bool]:
    """Return the filters as parameters, the problems, and whether filters were typed.

    An excluded filter has a minus before its name.
    """
    data, problems = query_dict.copy(), []
    data.pop(CSRF_FIELD, None)
    plain = {"q", "since", "until", *NON_NEGATABLE_FILTERS}
    allowed = names | {f"-{name}" for name in names - plain}
    for name in query_dict:
        if name not in allowed | {CURSOR, CSRF_FIELD}:
            problems.append(unknown_filter_message(name))
    typed = " ".join(query_dict.getlist("q"))
    if len(typed) > MAX_SEARCH_CHARS:  # to take it apart costs its length squared
        problems.append(_("Enter at most %d characters.") % MAX_SEARCH_CHARS)
        data["q"] = typed = ""
    terms, broken = parse(typed)
    filters = [term for term in terms if term.name]
    for name, value, minus in filters:
        if name not in FILTERS and name not in INTERNAL_FILTERS:
            problems.append(unknown_filter_message(name))
        elif minus and name in NON_NEGATABLE_FILTERS:
            problems.append(_("You can't exclude “%s:”. Use the opposite filter.") % name)
        else:
            data.appendlist(f"-{name}" if minus else name, value)
    if "q" in data:
        data["q"] = format_terms(term for term in terms if not term.name)
    for moment, name, days in (("after", "since", 0), ("before", "until", 1)):
        given_days = [text for text in data.getlist(moment) if DAY_PATTERN.fullmatch(text)]
        if given_days:
            times = [text for text in data.getlist(moment) if text not in given_days]
            data.setlist(moment, times)
            known_days = data.getlist(name)
            known_days += [_days_before(day, days) for day in given_days]
            data.setlist(name, list(dict.fromkeys(known_days)))
    return data, problems + broken, bool(filters or broken)


def terms_from_pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[AuditSearchTerm]:
    """Yield the terms of a query string's filters."""
    for name, value in pairs:
        if name == "q":
            yield from parse(value)[0]
        elif name in ("since", "until"):
            day = value if name == "since" else _days_before(value, -1)
            yield AuditSearchTerm("after" if name == "since" else "before", day)
        elif name == "reads":
            yield AuditSearchTerm(name, "yes")
        else:
            yield AuditSearchTerm(name.removeprefix("-"), value, name.startswith("-"))


def format_query(query: str) -> str:
    """Return the search text of a URL's query string."""
    pairs = ((name, value) for name, values in QueryDict(query).lists() for value in values)
    return format_terms(terms_from_pairs(pairs))


def unknown_filter_message(name: str) -> str:
    """Return the message about an unknown filter, with a suggestion."""
    bare = name.removeprefix("-")
    alias = FILTER_ALIASES.get(bare.casefold(), "")
    text = _("Unknown filter “%s”.") % bare
    requested = did_you_mean(alias, [alias]) if alias else did_you_mean(bare, FILTERS)
    return text + (requested or f" {QUOTE_HINT}")


def _term_problem(match: re.Match[str]) -> str:
    """Return why a term is invalid, or an empty string."""
    word, keeps_spaces = match["word"], (match["name"] or "").lower() == "subject"
    values = [word] if word else SINGLE_VALUE_PATTERN.findall(match["values"])
    if word and not word.strip("-"):
        return _("Enter a term after “-”.")
    if any(value[0] in SMART_QUOTES for value in values):
        return _('Use straight double quotation marks, such as "a b".')
    if any(_is_blank(unquote(value), keeps_spaces) for value in values):
        return _("Enter text between the quotation marks.")
    return _word_problem(word) if word and word[0] != '"' else ""


def _word_problem(word: str) -> str:
    """Return why an unquoted word is invalid, or an empty string."""
    if word in BOOLEAN_WORDS:
        text = _(
            "“%s” isn't an operator. Terms are combined with AND, values after a comma with OR, "
            "and a minus excludes. To search for the word, use quotes."
        )
        return text % word
    if word.startswith(":"):
        return _("Enter a filter name before “:”.") + f" {QUOTE_HINT}"
    like = FILTER_LIKE_PATTERN.match(unicodedata.normalize("NFKC", word))
    if like and like[1].lower() in FILTERS:
        return did_you_mean(like[1], [f"{like[1].lower()}:"]).lstrip() + f" {QUOTE_HINT}"
    return ""


def _is_blank(value: str, keeps_spaces: bool) -> bool:
    return not (value if keeps_spaces else value.strip())


def _syntax_problem(text: str, position: int, filter_name: re.Match[str] | None) -> str:
    """Return the message about a syntax error at a position."""
    after = text[filter_name.end() if filter_name else position + text[position:].startswith("-") :]
    if filter_name and (not after or after[0].isspace()):
        return _("Enter a value after “%s:”.") % filter_name[1]
    if after.startswith('"') and not re.match(QUOTED_PATTERN, after, re.DOTALL):
        return _("A closing quotation mark is missing.")
    word = text[position:].split()[0]
    return _("Misplaced comma or quotation mark in “%s”.") % word


def _normalize(terms: Iterable[AuditSearchTerm]) -> list[AuditSearchTerm]:
    """Each once, those of one filter together, words last; nothing empty."""
    once = [
        term for term in dict.fromkeys(terms) if not _is_blank(term.value, term.name == "subject")
    ]
    first: dict[tuple[str, bool], int] = {}
    for term in once:
        first.setdefault((term.name, term.negated), len(first))
    return sorted(
        once,
        key=lambda audit_search_term: (
            not audit_search_term.name,
            first[audit_search_term.name, audit_search_term.negated],
        ),
    )


def _days_before(day: str, days: int) -> str:
    """Return the day so many days before another; text that is no day is returned as it is."""
    try:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return day

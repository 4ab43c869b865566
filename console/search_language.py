"""The language of searches: ``service:"Shop" -outcome:done field:scopes,pkceRequired``.

A term is a name and values of which any will do, or left out with a minus; what has no
name are words. `parse` takes any text, and `printed` writes the one text that stands
for some terms. What the values mean is the form's business.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import NamedTuple

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What may be given besides filters: where a page begins.
CURSOR = "at"
SIGNED = "csrfmiddlewaretoken"
NAMES: Mapping[str, str | Promise] = {
    "actor": gettext_lazy("who did it, by name or e-mail"),
    "role": gettext_lazy("the role that they had"),
    "address": gettext_lazy("the network address that they came from"),
    "region": gettext_lazy("a region"),
    "service": gettext_lazy("a service, by name or ID"),
    "client": gettext_lazy("a client, by name or ID"),
    "subject": gettext_lazy("a subject, exactly; it becomes a mark"),
    "operation": gettext_lazy("what was done"),
    "effect": gettext_lazy("read, reveal, change or destroy"),
    "outcome": gettext_lazy("done, refused, not sent, unknown, not done or open"),
    "code": gettext_lazy("Authlete's result code"),
    "status": gettext_lazy("the HTTP status: 404, or 5xx for all like it"),
    "field": gettext_lazy("a setting that was to be changed"),
    "old": gettext_lazy("what a setting was, as shown or as in JSON: off, 2700"),
    "new": gettext_lazy('what it was to become, the same: "45 minutes"'),
    "reason": gettext_lazy("words in the reason"),
    "ticket": gettext_lazy("a ticket"),
    "request": gettext_lazy("the id of a request, or of a page"),
    "before": gettext_lazy("up to a day, a time, 7d ago, or this-quarter"),
    "after": gettext_lazy("from a day, a time, 7d ago, or last-quarter on"),
}
# Those that links set: nobody has to know them to search.
FURTHER = ("mark", "object", "page", "reads")
OTHER_NAMES = {  # that people try
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
QUOTE = gettext_lazy("Put text with a colon in quotes.")
LONGEST = 4000  # characters of what is typed
# Characters of a search in an address, which servers and proxies take 8 KB of.
LONGEST_ADDRESS = 6000
NO_MINUS = ("before", "after", "reads")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

QUOTED = r'"(?:[^"\\]|\\.)*"'
VALUE = rf'(?:{QUOTED}|[^\s",][^\s,]*)'
TERM = re.compile(
    rf"(?P<minus>-?)(?:(?!https?://)(?P<name>[A-Za-z_]\w*):(?P<values>{VALUE}(?:,{VALUE})*)"
    rf'|(?P<word>{QUOTED}|(?!")\S+))(?=\s|$)',
    re.ASCII | re.DOTALL,
)
ONE = re.compile(VALUE, re.DOTALL)
NAMED = re.compile(r"-?(?!https?://)([A-Za-z_]\w*):", re.ASCII)
BARE = re.compile(r'[^\s",:\\-][^\s",:\\]*')
# What is typed for quotation marks, or put in by a browser.
BENT = "“”„‟«»'‘’‚‛`´"
BETWEEN = ("AND", "OR", "NOT")
LIKE_A_FILTER = re.compile(r"\W*([a-z]+)[:=]", re.IGNORECASE)
SUGGESTED = 3


class Term(NamedTuple):
    """One filter with one of its values; a word where ``name`` is empty."""

    name: str
    value: str
    minus: bool = False


def parse(text: str) -> tuple[list[Term], list[str]]:
    """The terms of a text, and what of it cannot be understood, in sentences."""
    terms, problems, at = [], [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = TERM.match(text, at)
        named = NAMED.match(text, at)
        if found is None or (named and not found["name"]):
            rest = text[at:].split(maxsplit=1)[0]
            problems.append(_broken(text, at, named))
            at += len(rest)
            continue
        at, minus = found.end(), bool(found["minus"])
        if problem := _odd(found):
            problems.append(problem)
        elif found["word"]:
            terms.append(Term("", _bare(found["word"]), minus))
        else:
            values = ONE.findall(found["values"])
            terms += [Term(found["name"].lower(), _bare(one), minus) for one in values]
    return _in_order(terms), problems


def printed(terms: Iterable[Term]) -> str:
    """The text of some terms, each filter once."""
    said: list[str] = []
    last = None
    for term in _in_order(terms):
        sign, value = "-" if term.minus else "", quoted(term.value)
        if term.name and last == (term.name, term.minus):
            said[-1] += f",{value}"
        else:
            said.append(f"{sign}{term.name}:{value}" if term.name else sign + value)
        last = (term.name, term.minus)
    return " ".join(said)


def quoted(value: str) -> str:
    """A value as it is written after a colon: in quotes where it needs them."""
    if BARE.fullmatch(value) and not (value[0] in BENT or _no_word(value)):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unfolded(
    given: QueryDict, names: frozenset[str]
) -> tuple[QueryDict, list[str], bool]:
    """What was asked for, one parameter a filter with a minus before what is left
    out; what cannot be understood; and whether filters were typed."""
    data, problems = given.copy(), []
    data.pop(SIGNED, None)
    plain = {"q", "since", "until", *NO_MINUS}
    known = names | {f"-{name}" for name in names - plain}
    for name in given:
        if name not in known | {CURSOR, SIGNED}:
            problems.append(unknown(name))
    typed = " ".join(given.getlist("q"))
    if len(typed) > LONGEST:  # to take it apart costs its length squared
        problems.append(_("A search has %d characters at most.") % LONGEST)
        data["q"] = typed = ""
    terms, broken = parse(typed)
    filters = [term for term in terms if term.name]
    for name, value, minus in filters:
        if name not in NAMES and name not in FURTHER:
            problems.append(unknown(name))
        elif minus and name in NO_MINUS:
            problems.append(
                _("“%s:” cannot be left out with a minus. Use the opposite.") % name
            )
        else:
            data.appendlist(f"-{name}" if minus else name, value)
    if "q" in data:
        data["q"] = printed(term for term in terms if not term.name)
    for moment, name, days in (("after", "since", 0), ("before", "until", 1)):
        given_days = [one for one in data.getlist(moment) if DAY.fullmatch(one)]
        if given_days:
            others = [one for one in data.getlist(moment) if one not in given_days]
            data.setlist(moment, others)
            known_days = data.getlist(name)
            known_days += [_earlier(one, days) for one in given_days]
            data.setlist(name, list(dict.fromkeys(known_days)))
    return data, problems + broken, bool(filters or broken)


def terms_of(pairs: Iterable[tuple[str, str]]) -> Iterator[Term]:
    """The terms that stand for filters as they are in an address."""
    for name, value in pairs:
        if name == "q":
            yield from parse(value)[0]
        elif name in ("since", "until"):
            day = value if name == "since" else _earlier(value, -1)
            yield Term("after" if name == "since" else "before", day)
        elif name == "reads":
            yield Term(name, "yes")
        else:
            yield Term(name.removeprefix("-"), value, name.startswith("-"))


def meant(text: str, among: Iterable[str]) -> str:
    """A question after what was probably meant, if anything like it is known: what
    has the text in it, the shortest first, or else what is most alike."""
    asked, folded = text.casefold(), dict[str, str]()
    for one in among:
        folded.setdefault(one.casefold(), one)
    holding = sorted((one for one in folded if asked in one), key=len)
    found = holding[:SUGGESTED] if len(asked) >= SUGGESTED else []
    found = found or get_close_matches(asked, folded, 1, 0.6)
    listed = ", ".join(f"“{folded[one]}”" for one in found)
    return " " + _("Did you mean %s?") % listed if found else ""


def unknown(name: str) -> str:
    """What is told of a filter that there is not, with what may have been meant."""
    bare = name.removeprefix("-")
    other = OTHER_NAMES.get(bare.casefold(), "")
    said = _("There is no filter called “%s”.") % bare
    asked = meant(other, [other]) if other else meant(bare, NAMES)
    return said + (asked or f" {QUOTE}")


def _odd(found: re.Match[str]) -> str:
    """Why a term is not what somebody can have meant; empty where it can be."""
    word, keeps_spaces = found["word"], (found["name"] or "").lower() == "subject"
    values = [word] if word else ONE.findall(found["values"])
    if word and not word.strip("-"):
        return _("Nothing stands after “-”.")
    if any(one[0] in BENT for one in values):
        return _('Use straight double quotation marks, such as "a b".')
    if any(_is_blank(_bare(one), keeps_spaces) for one in values):
        return _("Nothing stands between the quotation marks.")
    return _no_word(word) if word and word[0] != '"' else ""


def _no_word(word: str) -> str:
    """Why a word that stands in no quotes is none to look for."""
    if word in BETWEEN:
        said = _(
            "There is no “%s”. All that is typed must hold, several values stand after"
            " a comma, and a minus leaves out. Put a word to look for in quotes."
        )
        return said % word
    if word.startswith(":"):
        return _("Nothing stands before “:”.") + f" {QUOTE}"
    like = LIKE_A_FILTER.match(unicodedata.normalize("NFKC", word))
    if like and like[1].lower() in NAMES:
        return meant(like[1], [f"{like[1].lower()}:"]).lstrip() + f" {QUOTE}"
    return ""


def _is_blank(value: str, keeps_spaces: bool) -> bool:
    return not (value if keeps_spaces else value.strip())


def _broken(text: str, at: int, named: re.Match[str] | None) -> str:
    """Why nothing can be made of what stands at a place."""
    after = text[named.end() if named else at + text[at:].startswith("-") :]
    if named and (not after or after[0].isspace()):
        return _("Nothing stands after “%s:”.") % named[1]
    if after.startswith('"') and not re.match(QUOTED, after, re.DOTALL):
        return _("A quotation mark is opened and never closed.")
    place = text[at:].split()[0]
    return _("A comma or a quotation mark is out of place in “%s”.") % place


def _bare(word: str) -> str:
    if not (len(word) > 1 and word[0] == word[-1] == '"'):
        return word
    return re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL)


def _in_order(terms: Iterable[Term]) -> list[Term]:
    """Each once, those of one filter together, words last; nothing empty."""
    once = [
        term
        for term in dict.fromkeys(terms)
        if not _is_blank(term.value, term.name == "subject")
    ]
    first: dict[tuple[str, bool], int] = {}
    for term in once:
        first.setdefault((term.name, term.minus), len(first))
    return sorted(once, key=lambda one: (not one.name, first[one.name, one.minus]))


def _earlier(day: str, days: int) -> str:
    """A day so many days before another; what is no day stays, to be refused."""
    try:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return day

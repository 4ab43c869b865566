"""Filters that a person typed into the search box: ``service:"Shop" effect:destroy``.

They become the filters of the form, so that a search can be typed or clicked. What is
left are words to look for.
"""

import re

from django.http import QueryDict
from django.utils.translation import gettext as _

MANY = ("effect", "outcome")  # of these, any of several
# What may be given besides filters: where a page begins.
CURSOR = "at"
WORD = re.compile(r'(?:(-?\w+):)?("[^"]*"|\S+)', re.ASCII)
QUOTED = re.compile(r'"[^"]*"|\S+')
WEB = ("http", "https")


def unfolded(given: QueryDict, names: frozenset[str]) -> tuple[QueryDict, list[str]]:
    """What was asked for, one parameter a filter, and what cannot be understood."""
    data, rest, problems = given.copy(), [], []
    for name in given:
        if name not in names and name != CURSOR:
            problems.append(_("There is no filter called “%s”.") % name)
    for match in WORD.finditer(given.get("q", "")):
        name, value = match[1], _bare(match[2])
        if not name or name in WEB:
            rest.append(match[0])
        elif name not in names or name == "q":
            problems.append(_unknown(name))
        elif name in MANY:
            data.appendlist(name, value)
        elif data.get(name, value) not in ("", value):
            problems.append(_("The filter “%s” is given twice.") % name)
        else:
            data[name] = value
    if "q" in data:
        data["q"] = " ".join(rest)
    for name, values in given.lists():
        if name not in MANY and len(values) > 1:
            problems.append(_("The filter “%s” is given twice.") % name)
    return data, problems


def words(text: str) -> str:
    """What is left of a search to be looked for, without its quotes."""
    return " ".join(_bare(word) for word in QUOTED.findall(text))


def _bare(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] == '"' else word


def _unknown(name: str) -> str:
    if name.startswith("-"):
        return _("Nothing can be left out with a minus, as in “%s:”.") % name
    return _("There is no filter called “%s”. Put text with a colon in quotes.") % name

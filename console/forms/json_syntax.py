"""Where a text stops being JSON, by line and column, for who typed it.

`reading.read` says whether a text can be relied on; this finds the place where it
cannot, which Python's reader knows for some mistakes only.
"""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from tenants.authlete.json.reader import MAX_NESTING_DEPTH

SPACE = re.compile(r"[ \t\n\r]*")
SCALAR = re.compile(
    r'(?P<text>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
    r"|true|false|null"
)


class _JsonSyntaxError(Exception):
    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.position = at


def syntax_problem(text: str) -> str:
    """Return the first syntax error and its position; empty if the text is valid."""
    try:
        end = _skip_space(text, _skip_value(text, _skip_space(text, 0), MAX_NESTING_DEPTH))
        if end < len(text):
            raise _JsonSyntaxError(end, _("unexpected text after the value"))
    except _JsonSyntaxError as stop:
        line = text.count("\n", 0, stop.position) + 1
        column = stop.position - (text.rfind("\n", 0, stop.position) + 1) + 1
        return _("line %(line)s, column %(column)s: %(why)s") % {
            "line": line,
            "column": column,
            "why": stop,
        }
    return ""


def _skip_value(text: str, at: int, levels: int) -> int:
    """Return the position after the value that starts at ``at``."""
    if text[at : at + 1] in ("{", "["):
        if not levels:
            raise _JsonSyntaxError(at, _("nested too deeply"))
        if text[at] == "{":
            return _skip_list(text, at, "}", _member_reader(text, levels - 1))
        return _skip_list(text, at, "]", lambda inner: _skip_value(text, inner, levels - 1))
    found = SCALAR.match(text, at)
    if found:
        return found.end()
    if text[at : at + 1] == '"':
        raise _JsonSyntaxError(at, _("unclosed or invalid string"))
    if at == len(text):
        raise _JsonSyntaxError(at, _("missing value"))
    raise _JsonSyntaxError(at, _("not a JSON value"))


def _member_reader(text: str, levels: int) -> Callable[[int], int]:
    """Return a function that reads one member of an object after another."""
    names: set[str] = set()

    def member(at: int) -> int:
        found = SCALAR.match(text, at)
        if not found or not found["text"]:
            raise _JsonSyntaxError(at, _("missing name in double quotes"))
        if found["text"] in names:
            raise _JsonSyntaxError(at, _("duplicate name"))
        names.add(found["text"])
        colon = _skip_space(text, found.end())
        if text[colon : colon + 1] != ":":
            raise _JsonSyntaxError(colon, _("missing colon"))
        return _skip_value(text, _skip_space(text, colon + 1), levels)

    return member


def _skip_list(text: str, at: int, closing: str, read: Callable[[int], int]) -> int:
    """Return the position after the brackets that open at ``at``; ``read`` skips an item."""
    at = _skip_space(text, at + 1)
    if text[at : at + 1] == closing:
        return at + 1
    while True:
        at = _skip_space(text, read(at))
        sign = text[at : at + 1]
        if sign == closing:
            return at + 1
        if sign != ",":
            raise _JsonSyntaxError(at, _("missing comma or closing bracket"))
        comma, at = at, _skip_space(text, at + 1)
        if text[at : at + 1] == closing:
            raise _JsonSyntaxError(comma, _("nothing after the comma"))


def _skip_space(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at

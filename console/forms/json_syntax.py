"""Line and column of the first syntax error in a JSON text.

`parse_json` decides whether a text is valid; Python's parser doesn't report the
position of every error that it rejects.
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
    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position = position


def syntax_problem(text: str) -> str:
    """Return the first syntax error with its line and column, or an empty string."""
    try:
        end = _skip_space(text, _skip_value(text, _skip_space(text, 0), MAX_NESTING_DEPTH))
        if end < len(text):
            raise _JsonSyntaxError(end, _("unexpected text after the value"))
    except _JsonSyntaxError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        return _("line %(line)s, column %(column)s: %(why)s") % {
            "line": line,
            "column": column,
            "why": error,
        }
    return ""


def _skip_value(text: str, position: int, levels: int) -> int:
    """Return the end of the value that starts at ``position``."""
    if text[position : position + 1] in ("{", "["):
        if not levels:
            raise _JsonSyntaxError(position, _("nested too deeply"))
        if text[position] == "{":
            return _skip_list(text, position, "}", _member_reader(text, levels - 1))
        return _skip_list(text, position, "]", lambda inner: _skip_value(text, inner, levels - 1))
    match = SCALAR.match(text, position)
    if match:
        return match.end()
    if text[position : position + 1] == '"':
        raise _JsonSyntaxError(position, _("unclosed or invalid string"))
    if position == len(text):
        raise _JsonSyntaxError(position, _("missing value"))
    raise _JsonSyntaxError(position, _("not a JSON value"))


def _member_reader(text: str, levels: int) -> Callable[[int], int]:
    """Return a function that skips one member and rejects duplicate names."""
    names: set[str] = set()

    def member(position: int) -> int:
        match = SCALAR.match(text, position)
        if not match or not match["text"]:
            raise _JsonSyntaxError(position, _("missing name in double quotes"))
        if match["text"] in names:
            raise _JsonSyntaxError(position, _("duplicate name"))
        names.add(match["text"])
        colon = _skip_space(text, match.end())
        if text[colon : colon + 1] != ":":
            raise _JsonSyntaxError(colon, _("missing colon"))
        return _skip_value(text, _skip_space(text, colon + 1), levels)

    return member


def _skip_list(text: str, position: int, closing: str, read: Callable[[int], int]) -> int:
    """Return the end of the list or object that opens at ``position``."""
    position = _skip_space(text, position + 1)
    if text[position : position + 1] == closing:
        return position + 1
    while True:
        position = _skip_space(text, read(position))
        separator = text[position : position + 1]
        if separator == closing:
            return position + 1
        if separator != ",":
            raise _JsonSyntaxError(position, _("missing comma or closing bracket"))
        comma, position = position, _skip_space(text, position + 1)
        if text[position : position + 1] == closing:
            raise _JsonSyntaxError(comma, _("nothing after the comma"))


def _skip_space(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match else position

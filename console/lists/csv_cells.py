"""CSV cells that spreadsheets don't run as formulas.

A spreadsheet takes a cell that begins with one of a few characters for a formula, in
some languages with a wide one of them too (OWASP, CSV injection), and some pass over
what cannot be seen before it. Where semicolons stand between cells, it also ends a cell
at each that is inside, and a row at each end of a line, whatever is quoted. So what
begins such a cell, or such a piece of one, gets an apostrophe before it, and so does
what has an apostrophe there: taking one away at each place gives back what it was.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tenants.authlete.json.reader import replace_surrogates_in

INVISIBLE_CHARS = (
    r"\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
)
FORMULA_SIGNS = "[=+\\-@＝＋－＠]"
INVISIBLE_RUN = (
    rf"(?:[^\S\t\r\n]|(?!\s)[{INVISIBLE_CHARS}\"])*"  # a piece; no run is passed over twice
)
FORMULA_START = re.compile(
    rf"\A(?=['\t\r\n]|[{INVISIBLE_CHARS}]*{FORMULA_SIGNS})|(?<=[;\t\r\n])(?='|{INVISIBLE_RUN}{FORMULA_SIGNS})"
)
UNSAFE_FIRST_CHARS = frozenset("=+-@' \x7f").union(map(chr, range(32)))  # perhaps, in ASCII


class LineWriter:
    """What `csv` writes to: gives each line back."""

    write = staticmethod(str)


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Each row as a line of CSV."""
    return format_rows([safe_cell(cell) for cell in row] for row in rows)


def format_rows(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Return rows whose cells are already safe as lines of CSV."""
    return map(csv.writer(LineWriter()).writerow, rows)


def safe_cell(value: Any) -> Any:
    """Return the value as a cell that no spreadsheet takes for a formula.

    Most cells are one line of ASCII and need only a look at their first character.
    """
    if (
        type(value) is str
        and value.isascii()
        and value[:1] not in UNSAFE_FIRST_CHARS
        and not (";" in value or "\n" in value or "\r" in value or "\t" in value)
    ):
        return value
    if type(value) is int and value >= 0:
        return value
    return escape_formula(replace_surrogates_in(value))


def escape_formula(value: Any) -> str:
    """Return ``value`` as text that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return FORMULA_START.sub("'", text)

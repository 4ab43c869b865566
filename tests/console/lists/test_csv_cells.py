"""CSV cells never start a formula."""

import csv
import io
import re

import pytest

from console.lists import csv_cells

SIGNS = "=+-@＝＋－＠"
UNSEEN = ["", " ", "  ", "\t", "\n", "\0", "\x0b", "\xa0", "\u200b", "\ufeff", "\u202e"]
PLAIN = ["", " a", "a =1", "\0a", "1-2", "é=", "a\n1=1", "a; b", "|x", "a;1-2"]
SPLITS = [  # the cell of somebody who knows that semicolons end cells elsewhere
    "a;=1+1;b",
    "a;\u200b@x",
    "é; -1",
    'a;"=1+1";b',
    'a;""+1',
    "two, parts\n=1+1",
    "a\r\n\t=1",
    "a;'=1",
    "';''=1;",
    "\t;=1",
]


def test_no_cell_starts_with_a_formula():
    formulas = [f"{unseen}{sign}1" for unseen in UNSEEN for sign in SIGNS]

    cells = [csv_cells.safe_cell(formula) for formula in formulas]

    assert all(cell.startswith("'") for cell in cells)
    assert [_plain(cell) for cell in cells] == formulas
    assert [csv_cells.safe_cell(cell) for cell in PLAIN] == PLAIN


@pytest.mark.parametrize("delimiter", ";\t,")
def test_no_formula_starts_with_other_separators(delimiter):
    text = "".join(csv_cells.csv_lines([["1", split, "x"] for split in SPLITS]))

    read = [row for line in text.splitlines() for row in _read(line, delimiter)]

    begins = {cell.lstrip('\u200b\t "')[:1] for cell in read}
    assert not begins & {*SIGNS}


def test_every_cell_round_trips():
    assert [_plain(csv_cells.safe_cell(text)) for text in [*SPLITS, *PLAIN]] == [*SPLITS, *PLAIN]


def _read(line, delimiter):
    return next(csv.reader(io.StringIO(line), delimiter=delimiter), [])


def _plain(cell):
    """As docs/reference/audit-log.md tells how to take the apostrophes away."""
    return re.sub(r"(\A|[;\t\r\n])'", r"\1", cell)

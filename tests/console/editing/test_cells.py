"""What begins like a formula, even behind what nobody sees, is none in a file."""

from console.editing import cells

SIGNS = "=+-@＝＋－＠"
UNSEEN = ["", " ", "  ", "\t", "\n", "\0", "\x0b", "\xa0", "\u200b", "\ufeff", "\u202e"]
PLAIN = ["", " a", "a =1", "\0a", "1-2", "é=", "a\n=1", "|x"]


def test_no_sign_of_a_formula_begins_a_cell():
    formulas = [f"{unseen}{sign}1" for unseen in UNSEEN for sign in SIGNS]

    assert [cells.cell(one) for one in formulas] == [f"'{one}" for one in formulas]
    assert [cells.cell(one) for one in PLAIN] == PLAIN

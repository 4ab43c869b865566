"""Any text is a search or an error, and every search has one text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.audit.language import NAMES, Term, parse, printed, quoted, unknown

VALUES = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["-", "--", "a:b", "https://x", '"', "\\", '\\"', "a,b", " ", "\n", "ä\0", ""]
)
TERMS = st.builds(Term, st.sampled_from(["", *NAMES]), VALUES, st.booleans())


@given(st.lists(TERMS, max_size=6))
def test_what_is_printed_is_read_again(terms):
    text = printed(terms)

    read, problems = parse(text)
    assert problems == []
    assert set(read) == {one for one in terms if one.value}
    assert printed(read) == text


@given(st.text() | st.lists(st.sampled_from('a-:", \\é\n1'), max_size=14).map("".join))
@example('service:"Shop')
@example("-actor:")
def test_any_text_is_terms_or_an_error(text):
    terms, problems = parse(text)

    assert terms or problems or not text.replace('"', "").strip()
    assert parse(printed(terms)) == (terms, [])


def test_reads_what_people_write():
    text = (
        'service:"My \\"X\\"",17 -outcome:done it http://a.example/?b -bot "a b" 12:30'
    )

    assert parse(text)[0] == [
        Term("service", 'My "X"'),
        Term("service", "17"),
        Term("outcome", "done", True),
        Term("", "it"),
        Term("", "http://a.example/?b"),
        Term("", "a b"),
        Term("", "12:30"),
        Term("", "bot", True),
    ]
    assert quoted("a") == "a"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("actor:", "Nothing stands after “actor:”."),
        ("actor: ida", "Nothing stands after “actor:”."),
        ('service:"Shop', "A quotation mark is opened and never closed."),
        ('"Shop', "A quotation mark is opened and never closed."),
        ("actor:a,", "A comma or a quotation mark is out of place in “actor:a,”."),
    ],
)
def test_says_what_is_broken(text, problem):
    assert parse(text)[1][0] == problem


@pytest.mark.parametrize(
    ("name", "asked"),
    [("actr", "actor"), ("who", "actor"), ("-oper", "operation"), ("zz", "")],
)
def test_suggests_one_name(name, asked):
    said = unknown(name)

    assert (f"Did you mean “{asked}”?" in said) is bool(asked)
    assert sum(f"“{one}”" in said for one in NAMES) == bool(asked)

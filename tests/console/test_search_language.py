"""Any text is a search or an error, and every search has one text."""

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.audit.forms import RecordForm
from console.search_language import NAMES, Term, parse, printed, quoted, unknown
from tenants.audit.search import search

ODD = [
    "-",
    "--",
    "a:b",
    ":b",
    "role=b",
    "NOT",
    "“b”",
    "'b",
    "https://x",
    "a,b",
    " ",
    "\n",
]
VALUES = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [*ODD, '"', "\\", '\\"', "ä\0", ""]
)
TERMS = st.builds(Term, st.sampled_from(["", *NAMES]), VALUES, st.booleans())


def _says_something(term):
    return term.value if term.name == "subject" else term.value.strip()


@given(st.lists(TERMS, max_size=6))
def test_what_is_printed_is_read_again(terms):
    text = printed(terms)

    read, problems = parse(text)
    assert problems == []
    assert set(read) == {one for one in terms if _says_something(one)}
    assert printed(read) == text


@given(st.text() | st.lists(st.sampled_from('a-:", \\é\n1'), max_size=14).map("".join))
@example('service:"Shop')
@example("-actor:")
def test_any_text_is_terms_or_an_error(text):
    terms, problems = parse(text)

    assert terms or problems or not text.strip()
    assert parse(printed(terms)) == (terms, [])


def test_reads_what_people_write():
    text = (
        'service:"My \\"X\\"",17 -OUTCOME:done it http://a.example/?b -bot "a b" 12:30'
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
        ("a -", "Nothing stands after “-”."),
        ('actor:""', "Nothing stands between the quotation marks."),
        ('-service:it," "', "Nothing stands between the quotation marks."),
        ('""', "Nothing stands between the quotation marks."),
        ("service:“Shop”", 'Use straight double quotation marks, such as "a b".'),
        ("-reason:'planned'", 'Use straight double quotation marks, such as "a b".'),
        ("a OR b", "There is no “OR”. All that is typed must hold, several"),
        ("(Actor:bo", "Did you mean “actor:”? Put text with a colon in quotes."),
        ("actor：bo", "Did you mean “actor:”? Put text with a colon in quotes."),
        ("\u202eactor=bo", "Did you mean “actor:”? Put text with a colon in quotes."),
        ("actor :bo", "Nothing stands before “:”. Put text with a colon in quotes."),
        ('it actor:a old:"b c', "A quotation mark is opened and never closed."),
        ('it old:"a"b', 'A comma or a quotation mark is out of place in “old:"a"b”.'),
        ("actor:a,", "A comma or a quotation mark is out of place in “actor:a,”."),
    ],
)
def test_says_what_is_broken(text, problem):
    assert parse(text)[1][0].startswith(problem)


@pytest.mark.parametrize(
    ("name", "asked"),
    [("actr", "actor"), ("who", "actor"), ("-oper", "operation"), ("zz", "")],
)
def test_suggests_one_name(name, asked):
    said = unknown(name)

    assert (f"Did you mean “{asked}”?" in said) is bool(asked)
    assert sum(f"“{one}”" in said for one in NAMES) == bool(asked)


TYPED = st.lists(TERMS, max_size=5).map(printed) | st.lists(
    st.tuples(
        st.sampled_from([*NAMES, "-field", "-after", "mark", "since", "reads", "x"]),
        VALUES
        | st.sampled_from(["7d", "2026-11-24", "9999d", "0001-01-01", "17", "us"]),
    ),
    max_size=5,
).map(lambda pairs: " ".join(f"{name}:{value}" for name, value in pairs))


@pytest.mark.django_db
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(TYPED | st.text())
def test_any_text_is_filters_or_an_error_at_the_box(acme, text):
    given = QueryDict(mutable=True)
    given["q"] = text
    form = RecordForm(given, acme, posted=True)

    if not form.is_valid():
        assert form.errors["q"]
        return
    search(acme.pk, form.filters())
    typed = QueryDict(mutable=True)
    typed["q"] = form.text
    for asked in (form.asked, typed):
        again = RecordForm(asked, acme)
        assert again.is_valid()
        assert again.asked == form.asked

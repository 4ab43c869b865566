"""Parsing and formatting of searches."""

import pytest
from django.http import QueryDict
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.audit_log.search_form import AuditSearchForm
from console.audit_log.search_language import (
    FILTERS,
    AuditSearchTerm,
    format_terms,
    parse,
    quote_value,
    unknown_filter_message,
)
from tenants.audit.search.entries import search_entries
from tests.support.tiers import examples

ODD = ["-", "--", "a:b", ":b", "role=b", "NOT", "“b”", "'b", "https://x", "a,b", " ", "\n"]
VALUES = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [*ODD, '"', "\\", '\\"', "ä\0", ""]
)
TERMS = st.builds(AuditSearchTerm, st.sampled_from(["", *FILTERS]), VALUES, st.booleans())


def _says_something(term):
    return term.value if term.name == "subject" else term.value.strip()


@given(st.lists(TERMS, max_size=6))
def test_formatted_terms_parse_to_the_same_terms(terms):
    text = format_terms(terms)

    read, problems = parse(text)
    assert problems == []
    assert set(read) == {term for term in terms if _says_something(term)}
    assert format_terms(read) == text


@given(st.text() | st.lists(st.sampled_from('a-:", \\é\n1'), max_size=14).map("".join))
@example('service:"Shop')
@example("-actor:")
def test_any_text_is_terms_or_errors(text):
    terms, problems = parse(text)

    assert terms or problems or not text.strip()
    assert parse(format_terms(terms)) == (terms, [])


def test_common_queries_are_parsed():
    text = 'service:"My \\"X\\"",17 -OUTCOME:done it http://a.example/?b -bot "a b" 12:30'

    assert parse(text)[0] == [
        AuditSearchTerm("service", 'My "X"'),
        AuditSearchTerm("service", "17"),
        AuditSearchTerm("outcome", "done", True),
        AuditSearchTerm("", "it"),
        AuditSearchTerm("", "http://a.example/?b"),
        AuditSearchTerm("", "a b"),
        AuditSearchTerm("", "12:30"),
        AuditSearchTerm("", "bot", True),
    ]
    assert quote_value("a") == "a"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("actor:", "Enter a value after “actor:”."),
        ("actor: ida", "Enter a value after “actor:”."),
        ('service:"Shop', "A closing quotation mark is missing."),
        ('"Shop', "A closing quotation mark is missing."),
        ("a -", "Enter a term after “-”."),
        ('actor:""', "Enter text between the quotation marks."),
        ('-service:it," "', "Enter text between the quotation marks."),
        ('""', "Enter text between the quotation marks."),
        ("service:“Shop”", 'Use straight double quotation marks, such as "a b".'),
        ("-reason:'planned'", 'Use straight double quotation marks, such as "a b".'),
        ("a OR b", "“OR” isn't an operator"),
        ("(Actor:bo", "Did you mean “actor:”? Put text with a colon in quotes."),
        ("actor：bo", "Did you mean “actor:”? Put text with a colon in quotes."),
        ("\u202eactor=bo", "Did you mean “actor:”? Put text with a colon in quotes."),
        ("actor :bo", "Enter a filter name before “:”. Put text with a colon in quotes."),
        ('it actor:a old:"b c', "A closing quotation mark is missing."),
        ('it old:"a"b', 'Misplaced comma or quotation mark in “old:"a"b”.'),
        ("actor:a,", "Misplaced comma or quotation mark in “actor:a,”."),
    ],
)
def test_parse_errors_name_the_problem(text, problem):
    assert parse(text)[1][0].startswith(problem)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("actr", "actor"), ("who", "actor"), ("-oper", "operation"), ("zz", "")],
)
def test_misspelled_filter_gets_one_suggestion(name, suggestion):
    message = unknown_filter_message(name)

    assert (f"Did you mean “{suggestion}”?" in message) is bool(suggestion)
    assert sum(f"“{one}”" in message for one in FILTERS) == bool(suggestion)


TYPED = st.lists(TERMS, max_size=5).map(format_terms) | st.lists(
    st.tuples(
        st.sampled_from([*FILTERS, "-field", "-after", "mark", "since", "reads", "x"]),
        VALUES | st.sampled_from(["7d", "2026-11-24", "9999d", "0001-01-01", "17", "us"]),
    ),
    max_size=5,
).map(lambda pairs: " ".join(f"{name}:{value}" for name, value in pairs))


@pytest.mark.django_db
@settings(max_examples=examples(80))
@given(TYPED | st.text())
def test_any_text_is_filters_or_a_field_error(acme, text):
    data = QueryDict(mutable=True)
    data["q"] = text
    form = AuditSearchForm(data, acme, is_posted=True)

    if not form.is_valid():
        assert form.errors["q"]
        return
    search_entries(acme.pk, form.to_filters())
    typed = QueryDict(mutable=True)
    typed["q"] = form.text
    for query in (form.query, typed):
        again = AuditSearchForm(query, acme)
        assert again.is_valid()
        assert again.query == form.query

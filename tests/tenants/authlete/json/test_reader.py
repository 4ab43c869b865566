"""Threat: a response with very many values uses up memory and time."""

import json

import pytest

from tenants.authlete.json.reader import MAX_MEMBERS, MAX_VALUES, InvalidJsonError, parse_json


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" + "[]," * MAX_VALUES + "[]]", "too many values"),
        ('{"a":[' + "1," * MAX_VALUES + "1]}", "too many values"),
        (json.dumps({f"m{n}": n for n in range(MAX_MEMBERS + 1)}), "too many members"),
    ],
)
def test_text_with_too_many_values_is_rejected(text, reason):
    with pytest.raises(InvalidJsonError, match=reason):
        parse_json(text)


def test_largest_accepted_texts_are_read():
    assert len(parse_json(json.dumps({f"m{n}": n for n in range(MAX_MEMBERS)}))) == MAX_MEMBERS
    assert parse_json(json.dumps("x" * MAX_VALUES)) == "x" * MAX_VALUES

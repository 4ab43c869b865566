"""Edits change only their values, in generated documents."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.authlete.json.raw import RawArray, RawObject
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.json.splice import UNSET, apply_edits, make_replacement_edit, splice_value
from tenants.authlete.redaction.redactor import Redactor, Schema
from tests.support.nulls import without_nulls
from tests.support.tiers import examples

SCHEMA: Schema = {"serviceName": {}, "clientSecret": {}, "jwks": {}, "scopes": {"name": {}}}
REDACTOR = Redactor(b"k" * 32, SCHEMA)  # hides what other fields contain
SOME = settings(max_examples=examples(300))
MANY = settings(SOME, max_examples=examples(2000))

space = st.sampled_from(["", "", "", " ", "\n  ", "\t", "\r\n"])
numbers = st.one_of(
    st.integers().map(str),
    st.sampled_from(["1E2", "-0", "0.1000000000000000000001", "1.50", "1e-7", "-0.0", "10E+3"]),
)
escapes = st.sampled_from([r"\u0041", r"\ud800", r"\/", r"\u0000", "é", "\u2028", "𝄞"])
texts = st.one_of(st.text(max_size=8).map(json.dumps), escapes.map('"{}"'.format))
names = st.one_of(
    st.sampled_from(["serviceName", "clientSecret", "jwks", "scopes", "name", "new"]),
    st.text(max_size=6),
)


def written(inner):
    """JSON text with odd spacing, not a value: the text is what must stay."""
    members = st.dictionaries(names, st.tuples(space, space, inner, space), max_size=5)
    items = st.lists(st.tuples(space, inner, space), max_size=4)
    return st.one_of(
        st.tuples(members, space).map(
            lambda both: (
                "{"
                + ",".join(f"{a}{json.dumps(n)}{b}:{v}{c}" for n, (a, b, v, c) in both[0].items())
                + ("" if both[0] else both[1])
                + "}"
            )
        ),
        items.map(lambda all: "[" + ",".join(map("".join, all)) + "]"),
    )


values = st.recursive(
    st.one_of(numbers, texts, st.sampled_from(["true", "false", "null"])), written, max_leaves=12
)
documents = st.dictionaries(names, st.tuples(space, values, space), max_size=8).map(
    lambda all: "{" + ",".join(f"{a}{json.dumps(n)}:{v}{b}" for n, (a, v, b) in all.items()) + "}"
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)


def texts_of(raw):
    return {part.name: part.text for part in raw}


@MANY
@given(documents, names, plain)
def test_setting_a_field_changes_nothing_else(text, name, value):
    """Both of one document, which takes far longer to make up than to edit."""
    raw = RawObject.parse(text)
    redacted = {part.name: REDACTOR.redact_field(part.name, part.value) for part in raw}

    assert str(raw) == text
    assert str(apply_edits(raw, redacted, REDACTOR)) == text

    after = RawObject.parse(str(raw.with_field(name, value)))

    assert after.get(name) == value
    assert [p.name for p in after][: len(raw.parts)] == [p.name for p in raw]
    assert texts_of(after) | {name: 0} == texts_of(raw) | {name: 0}


@SOME
@given(documents, st.data())
def test_removing_a_field_changes_nothing_else(text, data):
    before = RawObject.parse(text)
    name = data.draw(st.sampled_from([p.name for p in before] or ["none"]))

    after = RawObject.parse(str(apply_edits(before, {name: UNSET}, REDACTOR)))

    expected = texts_of(before)
    expected.pop(name, None)
    assert texts_of(after) == expected


@SOME
@given(documents, st.data())
def test_nested_edit_changes_nothing_else(text, data):
    """One leaf is edited in what is seen; every other leaf keeps its text."""
    raw = RawObject.parse(text)
    redacted = {part.name: REDACTOR.redact_field(part.name, part.value) for part in raw}
    path = data.draw(st.sampled_from(list(leaves(redacted)) or [()]))
    if not path:
        return

    after = str(apply_edits(raw, replace_at(redacted, path, "edited!"), REDACTOR))

    old, new = dict(leaf_texts(text)), dict(leaf_texts(after))
    assert new.pop(path) == '"edited!"'
    old.pop(path)
    assert new == old


def leaves(value, path=()):
    """Where plain values are; lists by place only where no name tells items apart."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        if not any(isinstance(item, dict) for item in value):
            for at, inner in enumerate(value):
                yield from leaves(inner, (*path, at))
    elif path and isinstance(value, (str, int)) and clean_path(path):
        yield path


def clean_path(path):
    return all("\ufffd" not in str(step) for step in path)


def replace_at(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replace_at(copy[path[0]], path[1:], new)
    return copy


def leaf_texts(text, path=()):
    text = text.strip(" \t\r\n")
    if text[0] == "{":
        for part in RawObject.parse(text):
            yield from leaf_texts(part.text, (*path, part.name))
    elif text[0] == "[":
        for at, part in enumerate(RawArray.parse(text)):
            yield from leaf_texts(part.text, (*path, at))
    else:
        yield path, text


@given(documents)
def test_raw_values_equal_parsed_values(text):
    assert {p.name: p.value for p in RawObject.parse(text)} == parse_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{,}",
        '{"a":1,}',
        '{"a" 1}',
        '{"a":1 "b":2}',
        "{a:1}",
        '{"a":1}{',
        '{"a":1,"\\u0061":2}',
        '{"a":{"b":1,"b":2}}',
        '{"a":NaN}',
        "null",
    ],
)
def test_other_texts_than_objects_are_rejected(text):
    with pytest.raises(InvalidJsonError):
        RawObject.parse(text)


@SOME
@given(documents, documents)
def test_replacement_edit_removes_other_fields(text, other):
    raw = RawObject.parse(text)
    redacted = {part.name: part.value for part in raw}
    wanted = make_replacement_edit(
        redacted, {part.name: part.value for part in RawObject.parse(other)}
    )

    after = parse_json(splice_value(text, redacted, redacted, wanted))

    assert without_nulls(after) == without_nulls(parse_json(other))

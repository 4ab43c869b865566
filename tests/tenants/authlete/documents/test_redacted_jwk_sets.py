"""Editing key sets with redacted private parts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.authlete.documents.redacted_json import has_misplaced_redaction
from tenants.authlete.json.raw import RawObject
from tenants.authlete.json.reader import parse_json
from tenants.authlete.json.splice import RedactedValueError, apply_edits
from tenants.authlete.redaction.fingerprint import FINGERPRINT_PATTERN
from tenants.authlete.redaction.redactor import Redactor

REDACTOR = Redactor(b"k" * 32)
ONE = '{"kty":"EC","crv":"P-256","kid":"one","x":"x1","y":"y1","d":"pr1vate-1"}'
TWO = """{ "d":"pr1vate-2", "kty":"EC", "crv":"P-256", "kid":"two",
 "x":"x2", "y":"y2", "iat": 1.7E9 }"""
PUBLIC = {"kty": "EC", "crv": "P-256", "kid": "new", "x": "x3", "y": "y3"}


def document(*keys):
    text = json.dumps('{"keys": [' + ",".join(keys) + "]}")
    return f'{{"apiKey": 17, "jwks": {text}, "modifiedAt": 5}}'


def seen(*keys):
    return json.loads(REDACTOR.redact(parse_json(document(*keys)))["jwks"])["keys"]


def written(before, wanted):
    text = json.dumps({"keys": wanted}, indent=2)
    raw = apply_edits(RawObject.parse(document(*before)), {"jwks": text}, REDACTOR)
    return parse_json(parse_json(str(raw))["jwks"])["keys"]


def test_unedited_key_keeps_its_text():
    first, two = seen(ONE, TWO)

    assert written([ONE, TWO], [two, PUBLIC]) == [parse_json(TWO), PUBLIC]
    assert "pr1vate" not in json.dumps([first, two])


def test_unedited_key_keeps_the_text_of_its_numbers():
    text = json.dumps({"keys": [seen(ONE, TWO)[1]]})
    raw = apply_edits(RawObject.parse(document(ONE, TWO)), {"jwks": text}, REDACTOR)

    assert TWO in parse_json(str(raw))["jwks"]


def test_key_can_be_renamed_without_seeing_its_private_part():
    (original,) = seen(ONE)

    (key,) = written([ONE], [{**original, "kid": "uno", "use": "sig"}])

    assert key == {**parse_json(ONE), "kid": "uno", "use": "sig"}


def test_private_part_can_be_removed():
    (original,) = seen(ONE)
    del original["d"]

    (key,) = written([ONE], [original])

    assert "d" not in key


def test_new_private_key_can_be_added_beside_redacted_ones():
    new = {**PUBLIC, "d": "n3w"}

    assert written([ONE], [*seen(ONE), new]) == [parse_json(ONE), new]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda first, two: {**first, "d": two["d"]},
        lambda first, two: {**first, "x": "x9"},
        lambda first, two: {**first, "kty": "OKP"},
        lambda first, two: {**PUBLIC, "d": first["d"]},
        lambda first, two: {**first, "kid": first["d"]},
        lambda first, two: {**first, "more": {"d": first["d"]}},
        lambda first, two: {**first, "d": "sealed:0000000000000000"},
        lambda first, two: first["d"],
    ],
)
def test_fingerprint_elsewhere_is_rejected(spoil):
    first, two = seen(ONE, TWO)
    wanted = [spoil(first, two), two]

    assert has_misplaced_redaction(json.dumps({"keys": [first, two]}), json.dumps({"keys": wanted}))
    with pytest.raises(RedactedValueError):
        written([ONE, TWO], wanted)


def test_fingerprint_beside_the_keys_is_rejected():
    (key,) = seen(ONE)
    text = json.dumps({"keys": [key], "note": key["d"]})

    assert has_misplaced_redaction(json.dumps({"keys": [key]}), text)
    with pytest.raises(RedactedValueError):
        apply_edits(RawObject.parse(document(ONE)), {"jwks": text}, REDACTOR)


def test_unedited_keys_look_unchanged_in_the_audit_log():
    _one, two = seen(ONE, TWO)

    redacted = REDACTOR.redact_field("jwks", json.dumps({"keys": [two, {**PUBLIC, "d": "n3w"}]}))

    (unchanged, new) = json.loads(redacted)["keys"]
    assert unchanged == two
    assert FINGERPRINT_PATTERN.fullmatch(new["d"])
    assert "n3w" not in redacted


keys = st.lists(st.sampled_from(["EC", "RSA", "oct", "OKP"]), min_size=1, max_size=5).map(
    lambda kinds: [
        {"kty": kind, "kid": f"k{at}", "x": f"x{at}", "n": f"n{at}", "d": f"secret-{at}"}
        | ({"k": f"shared-{at}"} if kind == "oct" else {})
        for at, kind in enumerate(kinds)
    ]
)


@given(st.data())
def test_unedited_keys_are_complete_and_no_fingerprint_is_written(data):
    before = data.draw(keys)
    sealed = seen(*map(json.dumps, before))
    places = data.draw(st.lists(st.sampled_from(range(len(before))), unique=True))

    after = written([json.dumps(key) for key in before], [sealed[at] for at in places])

    assert after == [before[at] for at in places]
    assert not FINGERPRINT_PATTERN.search(json.dumps(after))

"""Edits that follow from each kind of input."""

import pytest

from tenants.authlete.redaction.fingerprint import Fingerprint
from tests.console.forms.sample import edits, filled, messages, page
from tests.support.markup import compact

SECRET = {"secret": Fingerprint("7f3a91c20be5d170")}


@pytest.mark.parametrize(
    ("opened", "changed", "expected"),
    [
        ({"text": "a"}, {"text": "b"}, {"text": "b"}),
        ({"text": "a"}, {"text": ""}, {"text": None}),
        ({"text": "a"}, {"text": " a "}, {"text": " a "}),
        ({}, {"text": "\U0001f600 \u202eb\u202c"}, {"text": "\U0001f600 \u202eb\u202c"}),
        ({"prose": "a\r\nb"}, {"prose": "a\r\nc"}, {"prose": "a\r\nc"}),
        ({"prose": "a\nb"}, {"prose": "a\r\nc"}, {"prose": "a\nc"}),
        ({}, {"uri": " https://a.example/x\t"}, {"uri": "https://a.example/x"}),
        ({}, {"flag.on": "on"}, {"flag": True}),
        ({"flag": True}, {"flag.on": None}, {"flag": False}),
        ({}, {"lasting_flag.on": None}, {"lastingFlag": False}),
        ({"number": 3}, {"number": "12"}, {"number": 12}),
        ({"number": 3}, {"number": " "}, {"number": None}),
        ({}, {"alg": "ES256"}, {"alg": "ES256"}),
        ({"alg": "ES256"}, {"alg": ""}, {"alg": None}),
        ({"alg": "NEW9"}, {"alg": "PS256"}, {"alg": "PS256"}),
        ({"body": '{"a": 1}'}, {"body": ""}, {"body": None}),
        ({"body": '{"a": 1}'}, {"body": '{"a":\r\n 2}'}, {"body": '{"a":\n 2}'}),
    ],
)
def test_changed_values_become_edits(opened, changed, expected):
    assert edits(opened, **changed) == expected


@pytest.mark.parametrize(
    ("number", "unit", "seconds"),
    [
        ("90", "seconds", 90),
        ("90", "minutes", 5400),
        ("24", "hours", 86_400),
        ("30", "days", 2_592_000),
        ("0", "days", 0),
        ("", "days", None),
    ],
)
def test_duration_is_read_in_its_unit(number, unit, seconds):
    changed = {"seconds": number, "seconds.unit": unit}

    assert edits({"seconds": 7}, **changed) == {"seconds": seconds}


def test_duration_without_a_unit_is_in_seconds():
    assert edits({}, **{"seconds": "61", "seconds.unit": None}) == {"seconds": 61}


@pytest.mark.parametrize(
    ("seconds", "expected", "unit"),
    [
        (5400, "90", "minutes"),
        (5401, "5401", "seconds"),
        (86_400, "24", "hours"),
        (172_800, "2", "days"),
        (0, "0", "seconds"),
        (-60, "-60", "seconds"),
        (10**15, "1000000000000000", "seconds"),
    ],
)
def test_duration_is_shown_in_the_largest_exact_unit(seconds, expected, unit):
    html = compact(page(seconds=seconds))

    assert f'name="seconds" id="f-seconds" value="{expected}"' in html
    assert f'<option value="{unit}" selected>' in html


def test_equal_duration_in_another_unit_is_no_edit():
    changed = {"seconds": "60", "seconds.unit": "minutes"}

    assert edits({"seconds": 3600}, **changed) == {}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seconds": "1.5"}, "whole number"),
        ({"seconds": "1e3"}, "whole number"),
        ({"seconds": "１２"}, "whole number"),
        ({"seconds": "9" * 21}, "whole number"),
        ({"seconds": "-1", "seconds.unit": "seconds"}, "Enter 0 or more."),
        ({"seconds": "9" * 15, "seconds.unit": "days"}, "or less"),
        ({"seconds.unit": "years"}, "Select a unit"),
        ({"number": "many"}, "whole number"),
        ({"number": str(2**31)}, "or less"),
        ({"text": "a\0b"}, "NUL"),
        ({"text": "a\r\nb"}, "line breaks"),
        ({"text": "x" * 1001}, "at most"),
        ({"uri": "http://a.example"}, "https"),
        ({"uri": "javascript:alert(1)"}, "https"),
        ({"uri": "https://me:pw@a.example"}, "user name"),
        ({"alg": "ROT13"}, "listed value"),
        ({"modes.pick": ["PING", "OWL"]}, "listed values"),
        ({"body": "[1]"}, "object"),
        ({"body": '{"a": NaN}'}, "line 1, column 7: not a JSON value"),
        ({"body": '{\r\n "a": 1,\r\n "a": 2}'}, "line 3, column 2: duplicate name"),
        ({"body": '{"a": 1} x'}, "line 1, column 10: unexpected text"),
        ({"body": '{"a": "b'}, "line 1, column 7: unclosed"),
        ({"body": '{"a" 1}'}, "line 1, column 6: missing colon"),
        ({"body": '{"a": 1,}'}, "line 1, column 8: nothing after"),
        ({"body": '{"a": [1 2]}'}, "line 1, column 10: missing comma"),
        ({"body": "{a: 1}"}, "line 1, column 2: missing name"),
        ({"body": '{"a":'}, "line 1, column 6: missing value"),
        ({"body": '{"a":' * 65 + "1" + "}" * 65}, "nested too deeply"),
        ({"body": '{"a": 1E999999}'}, "too large"),
        ({"body": " " * 1_000_001 + "{}"}, "at most"),
        ({"keys": "{}"}, "JWK Set"),
        ({"keys": '{"keys":[{"kty":"EC"}]}'}, "crv"),
    ],
)
def test_invalid_changes_are_errors(changed, words):
    opened = {"seconds": 3600, "text": "a", "modes": ["PUSH"]}
    (message,) = messages(opened, **changed)

    assert words in message


@pytest.mark.parametrize(
    ("name", "odd", "html"),
    [
        ("uri", "http://old.example/#x", 'value="http://old.example/#x"'),
        ("alg", "ROT13", '<option value="ROT13" selected>'),
        ("modes", ["PING", "OWL"], "<code>OWL</code>"),
        ("number", -3, 'value="-3"'),
        ("body", "{", ">\n{</textarea>"),
        ("text", "x" * 2000, "x" * 2000),
    ],
)
def test_invalid_existing_values_are_shown_and_preserved(name, odd, html):
    page_ = page(**{name: odd})

    assert html in page_
    assert edits({name: odd}, prose="new") == {"prose": "new"}
    if name not in ("alg", "modes"):  # values may be newer than this console
        assert "invalid" in page_


def test_unknown_choices_are_marked():
    assert "ROT13 (unknown, kept)" in page(alg="ROT13")
    assert "Unknown value, kept." in page(modes=["OWL"])
    assert edits({"modes": ["OWL"]}, **{"modes.pick": ["PING", "OWL"]}) == {
        "modes": ["OWL", "PING"]
    }


@pytest.mark.parametrize(
    ("opened", "changed", "expected"),
    [
        ({"modes": ["POLL", "PING"]}, {"modes.pick": ["PING"]}, ["PING"]),
        ({"modes": ["PING"]}, {"modes.pick": None}, None),
        ({}, {"displays.own": "exactly", "displays.pick": ["WAP", "PAGE"]}, "two"),
        ({}, {"displays.own": "exactly"}, []),
        ({"displays": []}, {"displays.own": "default"}, None),
        ({"displays": ["WAP"]}, {"displays.own": "default"}, None),
    ],
)
def test_selecting_values_replaces_the_default(opened, changed, expected):
    (edit,) = edits(opened, **changed).values()

    assert edit == (["PAGE", "WAP"] if expected == "two" else expected)


def test_values_ticked_beside_the_default_are_an_error():
    (message,) = messages({}, **{"displays.pick": ["WAP"]})

    assert "Only the selected values" in message


class TestSecret:
    def test_is_kept_unless_told_otherwise(self):
        assert edits(SECRET) == {}
        assert "Fingerprint 7f3a 91c2" in page(**SECRET)

    def test_is_replaced(self):
        changed = {"secret": "replace", "secret.new": "n3w"}

        assert edits(SECRET, **changed) == {"secret": "n3w"}

    def test_is_removed(self):
        assert edits(SECRET, secret="remove") == {"secret": None}

    def test_is_set_where_there_was_none(self):
        assert edits({}, **{"secret.new": "n3w"}) == {"secret": "n3w"}

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"secret": "replace"}, "Enter the new secret"),
            ({"secret": "keep", "secret.new": "n3w"}, "Select Replace"),
            ({"secret": "remove", "secret.new": "n3w"}, "Select Replace"),
        ],
    )
    def test_is_never_guessed(self, changed, words):
        (message,) = messages(SECRET, **changed)

        assert words in message


ONE = '{"kty":"EC","crv":"P-256","kid":"one","x":"x1","y":"y1","d":"sealed:%s"}'
KEYS = '{"keys":[' + ONE % ("0" * 16) + "," + ONE % ("1" * 16) + "]}"


class TestKeySet:
    def test_shows_its_keys_and_no_private_part(self):
        html = page(keys=KEYS.replace("sealed:" + "1" * 16, "sealed:" + "2" * 16))

        assert html.count("stored, never shown") == 2
        assert ">one<" in html

    def test_the_same_set_spread_otherwise_is_no_edit(self):
        assert edits({"keys": KEYS}, keys=KEYS.replace(",", " ,\r\n")) == {}

    def test_keys_can_go_while_others_stay_sealed(self):
        less = '{"keys":[' + ONE % ("1" * 16) + "]}"

        assert edits({"keys": KEYS}, keys=less) == {"keys": less}

    def test_a_seal_that_was_made_up_is_refused(self):
        (message,) = messages({"keys": KEYS}, keys=KEYS.replace("1" * 16, "2" * 16))

        assert "redacted private part" in message


class TestOdd:
    ODD = {"number": [1, {"a": 2}]}

    def test_is_shown_and_kept(self):
        html = page(**self.ODD)

        assert "[1, {&quot;a&quot;: 2}]" in html
        assert edits(self.ODD, text="b") == {"text": "b"}

    def test_is_replaced(self):
        changed = {"number.odd": "replace", "number": "7"}

        assert edits(self.ODD, **changed) == {"number": 7}

    def test_is_removed(self):
        assert edits(self.ODD, **{"number.odd": "remove"}) == {"number": None}

    def test_is_not_replaced_by_a_value_alone(self):
        (message,) = messages(self.ODD, number="7")

        assert "Select Replace" in message

    def test_may_be_a_private_key_in_the_wrong_place(self):
        html = page(text=Fingerprint("7f3a91c20be5d170"))

        assert "Redacted, fingerprint 7f3a 91c2." in html


def test_multiline_text_gets_a_textarea():
    assert '<textarea class="textarea" rows="4" name="text"' in page(text="a\nb")
    assert edits({"text": "a\nb"}) == {}


def test_input_is_preserved_on_errors():
    form = filled({"text": "a"}, text="b", number="many", seconds="")

    html = str(form)

    assert 'value="many"' in html
    assert 'value="b"' in html
    assert "Previously: a" in html
    assert form.changed_names == {"text", "number"}

"""List fields: changed, added and removed rows, with and without JavaScript."""

from decimal import Decimal
from typing import Any

import pytest

from console.forms.settings_form import SettingsForm
from tenants.authlete.documents.service import Service
from tenants.authlete.json.raw import RawObject
from tenants.authlete.json.reader import parse_json
from tenants.authlete.json.splice import apply_edits
from tenants.authlete.redaction.redactor import Redactor
from tests.console.forms.sample import SampleForm, edits, messages, page, service
from tests.support.form_data import build_form_data
from tests.support.form_data import initial_form_data as held

SCOPES = [
    {"name": "a", "description": "A", "fromTheFuture": Decimal("1.50")},
    {"name": "b", "defaultEntry": True, "attributes": [{"key": "k", "value": "v"}]},
]


def press(seen: dict[str, Any], button: str, path: str, **changed: str) -> SettingsForm:
    """Press a button that the form has for browsers without a script."""
    data = build_form_data(page(**seen), **changed)
    data[button] = path
    return SampleForm(data)


def redrawn(form: SettingsForm) -> dict[str, list[str]]:
    return held(str(form))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["a", "b", "c"], ["a", "b", "c"]),
        (["b"], ["b"]),
        (["", "b", ""], ["b"]),
        (["c", "a"], ["c", "a"]),
        (["", ""], None),
        (["b", "a"], "no edit"),
    ],
)
def test_texts_preserve_their_order(items, expected):
    edited = edits({"strings": ["a", "b"]}, **{"strings.item": items})

    assert edited == ({} if expected == "no edit" else {"strings": expected})


def test_existing_text_preserves_its_line_breaks():
    opened = {"strings": ["a\r\nb", "c"]}
    names = held(page(**opened))["strings.item"]

    assert names == ["a\r\nb", "c", ""]
    message = messages(opened, **{"strings.item": [*names, "d", "d"]})
    assert message == ["d is listed twice. Remove one."]
    edited = edits(opened, **{"strings.item": [*names, "d"]})
    assert edited == {"strings": ["a\r\nb", "c", "d"]}


def test_only_changed_rows_are_validated():
    opened = {"strings": ["", " spaced "]}

    assert edits(opened, **{"strings.item": [" spaced ", "new"]}) == {
        "strings": [" spaced ", "new"]
    }
    assert messages(opened, **{"strings.item": [" spaced ", " new"]}) == [
        "Row 2: Remove spaces at the start and end."
    ]


def test_changed_cell_preserves_its_row():
    edited = edits({"scopes": SCOPES}, **{"scopes.0.description": "New"})

    assert edited == {"scopes": [{**SCOPES[0], "description": "New"}, SCOPES[1]]}


def test_renamed_row_preserves_unknown_members():
    edited = edits({"scopes": SCOPES}, **{"scopes.0.name": "z"})

    assert edited == {"scopes": [{**SCOPES[0], "name": "z"}, SCOPES[1]]}


def test_emptied_cell_is_removed():
    edited = edits({"scopes": SCOPES}, **{"scopes.0.description": ""})

    assert edited == {"scopes": [{**SCOPES[0], "description": None}, SCOPES[1]]}


def test_empty_row_adds_a_row():
    edited = edits({"pairs": [{"key": "a", "value": "1"}]}, **{"pairs.n0.key": "b"})

    assert edited == {"pairs": [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]}


def test_new_scope_has_only_its_filled_cells():
    changed = {"scopes.n0.name": "c", "scopes.n0.attributes.n0.key": "k"}

    (scopes,) = edits({"scopes": SCOPES}, **changed).values()

    assert scopes[:2] == SCOPES
    assert scopes[2] == {"name": "c", "attributes": [{"key": "k", "value": ""}]}


def test_row_missing_from_the_form_is_removed():
    edited = edits({"scopes": SCOPES}, **{"scopes.row": ["1", "n0"]})

    assert edited == {"scopes": [SCOPES[1]]}


def test_emptied_row_is_removed():
    edited = edits(
        {"pairs": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]},
        **{"pairs.0.key": "", "pairs.0.value": ""},
    )

    assert edited == {"pairs": [{"key": "b", "value": "2"}]}


def test_reordered_rows_are_no_edit():
    assert edits({"scopes": SCOPES}, **{"scopes.row": ["1", "0"]}) == {}


def test_nested_row_can_be_changed():
    edited = edits({"scopes": SCOPES}, **{"scopes.1.attributes.0.value": "w"})

    assert edited["scopes"][1]["attributes"] == [{"key": "k", "value": "w"}]


def test_errors_name_their_row():
    assert messages({"scopes": SCOPES}, **{"scopes.1.name": "a b"}) == [
        "Row 2: Use ASCII letters, digits and symbols, without spaces, double quotes or "
        "backslashes."
    ]
    assert messages({"scopes": SCOPES}, **{"scopes.1.name": "a"}) == [
        "a is listed twice. Remove one."
    ]


def test_existing_invalid_name_allows_other_changes():
    opened = {"scopes": [{"name": "a b", "description": "A"}, {"name": "c"}]}

    edited = edits(opened, **{"scopes.0.description": "B", "scopes.1.name": "d"})

    assert edited["scopes"] == [{"name": "a b", "description": "B"}, {"name": "d"}]


class TestOddItem:
    SEEN = {"pairs": [{"key": "a", "value": "1"}, 7, {"key": {"b": 1}}]}

    def test_is_shown_and_kept_beside_others(self):
        html = page(**self.SEEN)

        assert "<code>7</code>" in html
        assert "{&quot;key&quot;: {&quot;b&quot;: 1}}" in html
        assert edits(self.SEEN, **{"pairs.0.value": "2"}) == {
            "pairs": [{"key": "a", "value": "2"}, *self.SEEN["pairs"][1:]]
        }

    def test_can_be_removed(self):
        edited = edits(self.SEEN, **{"pairs.row": ["0", "2"]})

        assert edited == {"pairs": [self.SEEN["pairs"][0], self.SEEN["pairs"][2]]}


@pytest.mark.parametrize("token", ["9", "99999999999999999999", "0", "x" * 99, "<b>"])
def test_invalid_row_tokens_are_ignored(token):
    opened = {"pairs": [{"key": "a", "value": "1"}]}
    data = build_form_data(page(**opened), **{f"pairs.{token}.key": "z"})
    data.setlist("pairs.row", ["0", token])

    form = SampleForm(data)

    assert "<b>" not in str(form)
    assert "x" * 99 not in str(form)
    for row in form.edits.get("pairs", []):
        assert row in ({"key": "a", "value": "1"}, {"key": "z", "value": ""}) or (token == "0")


class TestWithoutAScript:
    def test_another_row_is_drawn_and_nothing_lost(self):
        form = press({"strings": ["a"]}, "add", "strings", text="typed", number="many")

        after = redrawn(form)
        assert not form.is_valid()
        assert form.errors == []
        assert after["strings.item"] == ["a", "", ""]
        assert after["text"] == ["typed"]
        assert after["number"] == ["many"]
        assert 'aria-label="Words, row 2" autofocus' in str(form)

    def test_more_rows_can_be_asked_for_again_and_again(self):
        data = build_form_data(str(press({}, "add", "strings")))
        data["add"] = "strings"

        assert redrawn(SampleForm(data))["strings.item"] == ["", "", ""]

    def test_a_row_is_taken_away_and_nothing_lost(self):
        form = press({"strings": ["a", "b"]}, "drop", "strings.0", text="typed")

        after = redrawn(form)
        assert after["strings.item"] == ["b", ""]
        assert after["text"] == ["typed"]
        assert SampleForm(build_form_data(str(form))).edits == {"strings": ["b"], "text": "typed"}

    def test_a_row_of_objects_is_taken_away(self):
        form = press({"scopes": SCOPES}, "drop", "scopes.0")

        assert SampleForm(build_form_data(str(form))).edits == {"scopes": [SCOPES[1]]}

    def test_a_row_inside_a_row_is_added_and_taken_away(self):
        form = press({"scopes": SCOPES}, "add", "scopes.1.attributes")
        assert len(redrawn(form)["scopes.1.attributes.row"]) == 3
        assert "<details open>" in str(form)

        form = press({"scopes": SCOPES}, "drop", "scopes.1.attributes.0")
        (scopes,) = SampleForm(build_form_data(str(form))).edits.values()
        assert scopes[1]["attributes"] is None

    def test_a_setting_is_put_back(self):
        form = press({"text": "a"}, "back", "text", text="b", prose="kept")

        assert redrawn(form)["text"] == ["a"]
        assert redrawn(form)["prose"] == ["kept"]

    @pytest.mark.parametrize("path", ["", "nothing", "nothing.0", "csrfmiddlewaretoken"])
    def test_a_button_that_is_not_there_does_nothing(self, path):
        assert press({}, "add", path).is_valid()


ISSUER = {"credentialIssuer": "http://old", "fromTheFuture": [1]}


def test_changed_member_preserves_its_object():
    changed = {"issuer.credential_endpoint": "https://a.example/c"}

    assert edits({"issuer": ISSUER}, **changed) == {
        "issuer": {**ISSUER, "credentialEndpoint": "https://a.example/c"}
    }


def test_errors_name_their_member():
    changed = {"issuer.credential_endpoint": "http://a.example/c"}

    (message,) = messages({"issuer": ISSUER}, **changed)

    assert message.startswith("Credential endpoint: Enter a full URL")


def test_emptied_object_is_removed():
    opened = {"issuer": {"credentialIssuer": "https://a.example"}}

    assert edits(opened, **{"issuer.credential_issuer": ""}) == {"issuer": None}


def test_unbound_form_is_not_valid():
    form = SampleForm(document=service(pairs=[{"key": "a", "value": "1"}]))

    assert not form.is_valid()
    assert form.edits == {}


def test_renamed_row_is_written_with_its_original_text():
    text = """{"apiKey":17, "modifiedAt":5, "scopes":[
      {"x": 1.50, "name":"a"}, {"name":"b", "y": 1E2, "x": {"z": [-0.0]}}]}"""
    redactor = Redactor(b"k" * 32)
    form = SampleForm(document=Service.model_validate(redactor.redact(parse_json(text))))
    renamed = SampleForm(build_form_data(str(form), **{"scopes.1.name": "c"}))

    written = str(apply_edits(RawObject.parse(text), renamed.edits, redactor))

    assert written.startswith(text[: text.index('{"name":"b"')])
    assert '{"name": "c", "y": 1E+2, "x": {"z": [-0.0]}}' in written


@pytest.mark.parametrize(
    "wanted",
    [
        [{**SCOPES[1], "description": "B"}],
        [{**SCOPES[0], "name": "z"}, SCOPES[1]],
        [SCOPES[1], {**SCOPES[0], "name": "z"}],
        [{"name": "new"}, SCOPES[0]],
        [{**SCOPES[1], "attributes": [{"key": "l", "value": "w"}]}],
    ],
)
def test_draft_rows_match_their_original_rows(wanted):
    form = SampleForm(document=service(scopes=SCOPES), edits={"scopes": wanted})

    assert SampleForm(build_form_data(str(form))).edits == {"scopes": wanted}

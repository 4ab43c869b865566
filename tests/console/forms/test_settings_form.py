"""Acceptance, rejection and preservation by a whole form."""

import json

import pytest
from django.http import QueryDict

from console.forms.settings_form import form_for
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.redaction.fingerprint import Fingerprint
from tests.console.forms.sample import SampleForm, edits, messages, page, service
from tests.support.form_data import build_form_data, initial_form_data


def test_form_carries_the_version_and_base_values():
    form = SampleForm(build_form_data(page(text="a", madeAt=7)))

    assert form.version == 5
    assert form.base["text"] == "a"
    assert form.base["number"] is None
    assert "madeAt" not in form.base


def test_fields_not_in_the_form_are_ignored():
    data = build_form_data(page(text="a"), text="b")
    for extra in ("clientSecret", "modified_at", "made_at", "dropped", "dropped.on"):
        data[extra] = "1"
    data["text.more"] = data["strings.99.key"] = data["__class__"] = "x"

    form = SampleForm(data)

    assert form.is_valid()
    assert form.edits == {"text": "b"}


@pytest.mark.parametrize(
    "twice", ["text", "flag.on", "seconds.unit", "pairs.0.key", "secret", "displays.own"]
)
def test_duplicate_inputs_are_refused(twice):
    opened = {"pairs": [{"key": "a", "value": "b"}], "secret": Fingerprint("0" * 16)}
    form = SampleForm(build_form_data(page(**opened), **{twice: ["x", "y"]}))

    assert not form.is_valid()
    assert [problem.message for problem in form.errors] == ["Submitted twice. Enter it once."]
    assert form.edits == {}


def test_inputs_not_in_the_page_are_no_edits():
    html = page(text="a", flag=True, strings=["x"], modes=["PING"], scopes=[{"name": "s"}])
    data = QueryDict(mutable=True)
    data["base"], data["text"] = initial_form_data(html)["base"][0], "b"

    form = SampleForm(data)

    assert form.edits == {"text": "b"}
    assert form.base == {"text": "a"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("base"),
        lambda data: data.update(base=""),
        lambda data: data.update(base=data["base"][:-1] + "A"),
        lambda data: data.update(base="x" + data["base"]),
        lambda data: data.setlist("base", [data["base"]] * 2),
    ],
)
def test_missing_or_tampered_base_is_refused(spoil):
    data = build_form_data(page(text="a"), text="b")
    spoil(data)

    form = SampleForm(data)

    assert not form.is_valid()
    assert form.edits == {}
    assert "This page has expired" in form.errors[0].message
    assert initial_form_data(str(form))["text"] == ["b"]


def test_base_is_bound_to_its_object():
    opened = service(text="a")
    data = build_form_data(str(SampleForm(document=opened, object_key="acme/us/17")), text="b")

    assert SampleForm(data, object_key="acme/us/17").edits == {"text": "b"}
    assert not SampleForm(data, object_key="acme/us/18").is_valid()


def test_base_is_bound_to_its_section():
    tokens, keys = (form_for([SECTIONS[slug]]) for slug in ("tokens", "keys"))

    assert not keys(build_form_data(str(tokens(document=service())))).is_valid()


def test_base_contains_no_secret():
    html = page(secret=Fingerprint("7f3a91c20be5d170"))

    assert "7f3a91c20be5d170" not in html
    assert SampleForm(build_form_data(html)).base["secret"] == Fingerprint("7f3a91c20be5d170")


def test_errors_are_listed_in_page_order():
    form = SampleForm(build_form_data(page(), number="x", uri="y", seconds="z"))

    assert [problem.label for problem in form.errors] == ["Address", "Lifetime", "Number"]
    html = form.summary
    assert '<a href="#field-uri">Address</a>' in html
    assert 'id="field-uri"' in str(form)
    assert 'aria-invalid="true"' in str(form)


def test_form_errors_are_shown():
    form = SampleForm(build_form_data(page(), text="b"))
    form.add_error(None, "Authlete refused it.")
    form.add_error("text", "Not this one.")

    assert not form.is_valid()
    assert [problem.message for problem in form.errors] == ["Authlete refused it.", "Not this one."]
    assert "Not this one." in str(form["text"])


def test_draft_is_shown_over_the_base():
    form = SampleForm(document=service(text="a"), edits={"text": "b", "flag": True})

    assert form.changed_names == {"text", "flag"}
    assert "Previously: a" in str(form["text"])
    assert SampleForm(build_form_data(str(form))).edits == {"text": "b", "flag": True}


def test_values_are_escaped():
    evil = "</textarea></select><img src=x onerror=alert(1)>{{ 7|add:7 }}"
    html = page(
        text=evil, prose=evil, uri=evil, alg=evil, modes=[evil], strings=[evil],
        pairs=[{"key": evil, "value": evil}, evil], scopes=[{"name": evil}],
        keys=evil, body=evil, certificates=[evil], number=evil, issuer={"x": evil},
        madeAt=evil, anchors=[{"entityId": evil, "jwks": evil}], secret=evil,
    )  # fmt: skip

    assert "<img" not in html
    assert "{{ 7|add:7 }}" in html


def test_read_only_settings_are_shown_as_text():
    html = str(SampleForm(document=service(madeAt=1_795_510_152_000, dropped=True)))

    assert "read only" in html
    assert "ignored by Authlete" in html
    assert 'name="made_at"' not in html
    assert 'name="dropped"' not in html


def test_all_settings_fit_one_form():
    whole = form_for(SECTIONS.values())
    shown = whole(document=service())

    form = whole(build_form_data(str(shown), access_token_duration="5", pkce_required__on="on"))

    assert form.edits == {"accessTokenDuration": 5, "pkceRequired": True}
    assert [group.title for group in shown.groups] == [
        section.title for section in SECTIONS.values()
    ]


def test_ids_and_labels_are_unique():
    html = page(scopes=[{"name": "a"}, {"name": "b"}], pairs=[{"key": "a", "value": "b"}])
    ids = [part.partition('"')[0] for part in html.split(' id="')[1:]]

    assert len(ids) == len(set(ids))
    labelled = {part.partition('"')[0] for part in html.split(' for="')[1:]}
    assert labelled <= set(ids)


@pytest.mark.parametrize("text", ["x" * 1000, "9" * 1000, json.dumps([[]] * 99)])
def test_any_text_in_any_input_is_handled(text):
    names = [name for name in initial_form_data(page()) if name != "base"]

    for name in names:
        form = SampleForm(build_form_data(page(), **{name: text}))
        str(form), form.errors, form.edits


def test_unchanged_form_has_no_edits_and_no_errors():
    assert edits({"text": "a"}) == {}
    assert messages({"text": "a"}, number="x")


def test_edit_that_exposes_a_secret_is_refused_at_its_field():
    before = '{"key": "password", "value": "sealed:7f3a91c20be5d170"}'
    data = build_form_data(page(prose=before), prose=before.replace("password", "note"))

    form = SampleForm(data)

    assert form.edits == {}
    assert "A redacted secret would become visible." in form.errors[0].message
    assert form.errors[0].label == "Prose"

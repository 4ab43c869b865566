"""Secret input stays encrypted in the form."""

import html
import json
import re

import pytest

from console.forms.settings_form import SettingsForm
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.crypto.fingerprints import get_redactor
from tests.console.forms.sample import SampleForm, page, service
from tests.support.form_data import build_form_data
from tests.support.markup import compact

SECRET = {"secret": Fingerprint("7f3a91c20be5d170")}
NEW = {"secret": "replace", "secret.new": "n3w-s3cret"}
OLD_KEY = {"kty": "EC", "crv": "P-256", "kid": "old", "x": "x1", "y": "y1"}
SEALED = {**OLD_KEY, "d": "sealed:0123456789abcdef"}
NEW_KEY = {"kty": "EC", "crv": "P-256", "kid": "new", "x": "x2", "y": "y2"}
PRIVATE = {**NEW_KEY, "d": "pr1vate"}
BEFORE = json.dumps({"keys": [SEALED]})
AFTER = json.dumps({"keys": [SEALED, PRIVATE]})


def again(form: SettingsForm, **changed: str) -> SettingsForm:
    """The form that came back, put right and sent once more."""
    return SampleForm(build_form_data(str(form), **changed))


def test_new_secret_survives_other_errors_unseen():
    first = SampleForm(build_form_data(page(**SECRET), **NEW, number="many"))

    assert not first.is_valid()
    assert "n3w-s3cret" not in str(first)
    assert "stored encrypted" in str(first)
    assert again(first, number="7").edits == {"secret": "n3w-s3cret", "number": 7}


def test_first_secret_survives_other_errors():
    first = SampleForm(build_form_data(page(), **{"secret.new": "n3w-s3cret"}, number="many"))

    assert "n3w-s3cret" not in str(first)
    assert again(first, number="").edits == {"secret": "n3w-s3cret"}


def test_draft_does_not_show_its_secret():
    form = SampleForm(document=service(**SECRET), edits={"secret": "n3w-s3cret"})

    assert "n3w-s3cret" not in str(form)
    assert again(form).edits == {"secret": "n3w-s3cret"}


def test_draft_can_remove_a_secret():
    form = SampleForm(document=service(**SECRET), edits={"secret": None})

    assert again(form).edits == {"secret": None}


def test_entered_secret_can_be_discarded_or_replaced():
    form = SampleForm(document=service(**SECRET), edits={"secret": "n3w-s3cret"})

    assert again(form, secret="keep").edits == {}
    assert again(form, secret__new="other").edits == {"secret": "other"}


def test_sealed_input_is_bound_to_its_form():
    here = SampleForm(
        document=service(**SECRET), edits={"secret": "n3w-s3cret"}, object_key="us/17"
    )
    (sealed,) = re.findall(r'name="secret.held" value="([^"]+)"', compact(str(here)))
    there = str(SampleForm(document=service(**SECRET), object_key="us/18"))
    data = build_form_data(there, **{"secret": "replace", "secret.held": sealed})

    form = SampleForm(data, object_key="us/18")

    assert form.edits == {}
    assert [error.message for error in form.errors] == [
        "Enter the new secret, or keep the current one."
    ]


def test_new_private_key_survives_other_errors_unseen():
    first = SampleForm(build_form_data(page(keys=BEFORE), keys=AFTER, number="many"))
    assert not first.is_valid()
    assert "pr1vate" not in str(first)
    assert str(first).count("stored, never shown") == 2

    (text,) = again(first, number="").edits.values()

    assert json.loads(text) == {"keys": [SEALED, PRIVATE]}


def test_draft_does_not_show_its_keys():
    form = SampleForm(document=service(keys=BEFORE), edits={"keys": AFTER})
    assert "pr1vate" not in str(form)

    (text,) = again(form).edits.values()

    assert json.loads(text) == {"keys": [SEALED, PRIVATE]}


def test_entered_key_can_be_edited_again():
    form = SampleForm(document=service(keys=BEFORE), edits={"keys": AFTER})
    (seal,) = set(re.findall(r"sealed:[0-9a-f]+", str(form))) - {SEALED["d"]}
    renamed = {**NEW_KEY, "kid": "newer", "d": seal}

    (text,) = again(form, keys=json.dumps({"keys": [renamed]})).edits.values()

    assert json.loads(text) == {"keys": [{**PRIVATE, "kid": "newer"}]}


@pytest.mark.parametrize(
    "broken", [AFTER[:-1], AFTER.replace('"kty"', "kty"), json.dumps([PRIVATE] * 2) + ","]
)
def test_malformed_private_key_is_not_shown(broken):
    form = SampleForm(build_form_data(page(keys=BEFORE), keys=broken))

    assert not form.is_valid()
    assert "pr1vate" not in str(form)
    assert "Enter it again." in str(form)


def test_private_key_in_a_public_setting_is_refused_and_hidden():
    data = build_form_data(page(), **{"anchors.n0.entityid": "https://a.example"})
    data["anchors.n0.jwks"] = json.dumps({"keys": [PRIVATE]})

    form = SampleForm(data)

    assert "Key 1 is a private key" in form.errors[0].message
    assert "pr1vate" not in str(form)


def test_guessed_key_in_a_form_has_another_fingerprint():
    stored = get_redactor(1).redact_field("jwks", AFTER)
    form = SampleForm(build_form_data(page(keys=BEFORE), keys=AFTER, number="many"))

    guessed, actual = (
        set(re.findall(r"sealed:(\w+)", html.unescape(str(text)))) for text in (form, stored)
    )
    assert "pr1vate" not in str(form)
    assert len(guessed) == len(actual) == 2
    assert guessed & actual == {"0123456789abcdef"}

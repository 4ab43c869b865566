"""Untouched forms have no edits for any document."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.forms.settings_form import form_for
from tenants.authlete.documents import client, service
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.json.reader import parse_json
from tenants.authlete.redaction.redactor import Redactor
from tenants.authlete.redaction.unknown_fields import CLIENT_SCHEMA
from tests.console.forms.clients import text_of
from tests.console.forms.documents import documents
from tests.support.form_data import build_form_data
from tests.support.tiers import examples, slow_after_first

SECTIONS = [(Service, section) for section in service.SECTIONS.values()]
OF_CLIENTS = [(Client, section) for section in client.SECTIONS.values()]
REDACTOR = Redactor(b"k" * 32, CLIENT_SCHEMA)
CLIENTS_PER_TEST = 20


def back(kind, document):
    """The form as it comes back when nobody touched it."""
    return kind(build_form_data(str(kind(document=document))))


@pytest.mark.parametrize(("kind", "section"), [*SECTIONS, *OF_CLIENTS])
@settings(max_examples=examples(25))
@given(data=st.data())
def test_untouched_form_has_no_edits(kind, section, data):
    document = data.draw(documents(kind, section.settings()))

    form = back(form_for([section]), document)

    assert form.is_valid(), form.errors
    assert form.edits == {}
    assert not form.changed_names
    assert form.version == document.modified_at


@pytest.mark.parametrize("first", slow_after_first(range(0, 1_000, CLIENTS_PER_TEST)))
def test_untouched_forms_of_a_thousand_clients_have_no_edits(first):
    forms = [form_for([section]) for section in client.SECTIONS.values()]
    for number in range(first, first + CLIENTS_PER_TEST):
        found = Client.model_validate(REDACTOR.redact(parse_json(text_of(number))))
        for kind in forms:
            form = back(kind, found)

            assert form.is_valid(), (number, form.title, form.errors)
            assert form.edits == {}, (number, form.title)
            assert not form.changed_names, (number, form.title)

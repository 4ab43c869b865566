"""Drafts open unchanged on any current document."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from console.forms.settings_form import form_for
from console.forms.submitted import as_submitted
from console.forms.validation import from_plain, is_same_value, to_plain
from tenants.authlete.documents.service import SECTIONS, Service
from tests.console.forms.documents import documents, drafts
from tests.support.form_data import build_form_data
from tests.support.tiers import examples


@pytest.mark.parametrize("slug", SECTIONS)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_untouched_draft_stays_the_same(slug, data):
    kind = form_for([SECTIONS[slug]])
    service = data.draw(documents(Service, SECTIONS[slug].settings()))
    edits = data.draw(drafts(SECTIONS[slug]))
    event(f"{len(edits)} edits")

    form = kind(build_form_data(str(kind(document=service, edits=from_plain(to_plain(edits))))))

    assert form.is_valid(), form.errors
    wanted = {
        setting.api_name: edits[setting.api_name]
        for setting in SECTIONS[slug].settings()
        if setting.api_name in edits
        and not is_same_value(edits[setting.api_name], now(setting, service.get(setting.api_name)))
    }
    assert form.edits.keys() == wanted.keys()
    for name, value in wanted.items():
        assert holds(form.edits[name], value), name


def now(one, value):
    """A flag that is not there is what Authlete starts with."""
    return bool(one.default) if one.input_type.kind == "flag" and value is None else value


def holds(found, wanted):
    """Whether all of ``wanted`` is in ``found``, which may have more members."""
    match found, wanted:
        case dict(), dict():
            return all(holds(found.get(name), value) for name, value in wanted.items())
        case list(), list() if len(found) == len(wanted):
            return all(any(holds(one, item) for one in found) for item in wanted)
        case _:
            return is_same_value(as_submitted(found), as_submitted(wanted))

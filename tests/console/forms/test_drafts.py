"""A draft opens as it was left, whatever the service had before."""

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from console.forms.judging import alike
from console.forms.section import form_for
from console.forms.sent import as_sent
from console.forms.snapshot import plain, real
from tenants.authlete.documents.service import SECTIONS, Service
from tests.console.forms.browser import sent
from tests.console.forms.documents import documents, drafts


@pytest.mark.parametrize("slug", SECTIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_draft_that_nobody_touched_is_the_same_draft(slug, data):
    kind = form_for([SECTIONS[slug]])
    service = data.draw(documents(Service, SECTIONS[slug].settings()))
    edits = data.draw(drafts(SECTIONS[slug]))
    event(f"{len(edits)} edits")

    form = kind(sent(str(kind(document=service, edits=real(plain(edits))))))

    assert form.is_valid(), form.errors
    wanted = {
        one.member: edits[one.member]
        for one in SECTIONS[slug].settings()
        if one.member in edits
        and not alike(edits[one.member], now(one, service.get(one.member)))
    }
    assert form.edits.keys() == wanted.keys()
    for name, value in wanted.items():
        assert holds(form.edits[name], value), name


def now(one, value):
    """A flag that is not there is what Authlete starts with."""
    return bool(one.initial) if one.show.kind == "flag" and value is None else value


def holds(found, wanted):
    """Whether all of ``wanted`` is in ``found``, which may have more members."""
    match found, wanted:
        case dict(), dict():
            return all(holds(found.get(name), value) for name, value in wanted.items())
        case list(), list() if len(found) == len(wanted):
            return all(any(holds(one, item) for one in found) for item in wanted)
        case _:
            return alike(as_sent(found), as_sent(wanted))

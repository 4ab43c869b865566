"""What nobody touched is no edit, whatever Authlete has."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.forms.section import form_for
from tenants.authlete.documents.service import SECTIONS
from tests.console.forms.browser import sent
from tests.console.forms.documents import services


@pytest.mark.parametrize("slug", SECTIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_sending_a_page_back_as_it_came_edits_nothing(slug, data):
    kind = form_for([SECTIONS[slug]])
    service = data.draw(services(SECTIONS[slug].settings()))

    form = kind(sent(str(kind(document=service))))

    assert form.is_valid(), form.errors
    assert form.edits == {}
    assert form.count_changed == 0
    assert form.version == service.modified_at

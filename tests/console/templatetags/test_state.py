import re

import pytest
from django.conf import settings

from console.templatetags.ui import state
from console.web.states import BADGE_KINDS, DOT_KINDS, State

TEMPLATES = settings.BASE_DIR / "console" / "templates"
STATE_TAG = re.compile(r'{% state "([^"]+)" %}')


@pytest.mark.parametrize("value", list(State))
def test_every_state_is_a_badge_or_a_dot(value):
    assert (value in BADGE_KINDS) != (value in DOT_KINDS)
    assert str(value.label).replace("'", "&#x27;") in state(value)


def test_templates_use_all_declared_states():
    drawn = {
        name for path in TEMPLATES.rglob("*.html") for name in STATE_TAG.findall(path.read_text())
    }

    assert drawn == set(State.values)

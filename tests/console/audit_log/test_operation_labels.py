"""What was done, in words."""

import pytest

from console.audit_log.operation_labels import find_label, label_text, render_label
from tenants.audit.events import EVENTS
from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Effect


@pytest.mark.parametrize("name", [*OPERATIONS, *EVENTS])
def test_has_words_for_every_operation_and_event(name):
    assert find_label(name) is not None

    for is_done in (True, False):
        words = label_text(name, "Shop", is_done=is_done)
        assert words[0].isupper()
        assert "{" not in words
        assert name not in words


@pytest.mark.parametrize(
    "name",
    [one.name for one in OPERATIONS.values() if one.effect is not Effect.READ],
)
def test_does_not_say_that_something_was_done_when_it_was_not(name):
    assert label_text(name, "Shop") != label_text(name, "Shop", is_done=False)
    assert label_text(name, "Shop", is_done=False).startswith("Tried to ")


def test_tells_what_it_was_done_to():
    assert label_text("service.update", "Shop") == "Saved Shop"
    assert label_text("token.revoke", "Till") == "Revoked tokens at Till"
    assert label_text("service.update", "Shop", is_done=False) == "Tried to save Shop"


def test_a_name_without_words_is_told_as_it_is():
    assert label_text("of.the.future", "Shop") == "of.the.future"
    assert render_label("{object.__class__}", "Shop") == "{object.__class__}"


def test_a_name_from_outside_is_text():
    assert render_label("service.update", "<b>{object}") == ("Saved <bdi>&lt;b&gt;{object}</bdi>")

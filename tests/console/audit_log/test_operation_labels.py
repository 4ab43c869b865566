"""Labels of operations and events."""

import pytest

from console.audit_log.operation_labels import find_label, label_text, render_label
from tenants.audit.events import EVENTS
from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Effect


@pytest.mark.parametrize("name", [*OPERATIONS, *EVENTS])
def test_every_operation_and_event_has_a_label(name):
    assert find_label(name) is not None

    words = label_text(name, "Shop")
    assert words[0].isupper()
    assert "{" not in words
    assert name not in words


@pytest.mark.parametrize(
    "name",
    [operation.name for operation in OPERATIONS.values() if operation.effect is not Effect.READ],
)
def test_label_of_a_change_does_not_claim_that_it_succeeded(name):
    assert not label_text(name, "Shop").split()[0].endswith("ed")


def test_label_names_the_object():
    assert label_text("service.update", "Shop") == "Update Shop"
    assert label_text("token.revoke", "Till") == "Revoke tokens at Till"


def test_unknown_operation_is_shown_as_is():
    assert label_text("of.the.future", "Shop") == "of.the.future"
    assert render_label("{object.__class__}", "Shop") == "{object.__class__}"


def test_object_names_are_escaped():
    assert render_label("service.update", "<b>{object}") == ("Update <bdi>&lt;b&gt;{object}</bdi>")

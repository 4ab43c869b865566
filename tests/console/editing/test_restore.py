"""Undo restores replaced values and detects later changes."""

from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from console.documents.kinds import CLIENT_KIND
from console.editing.drafts import DraftEdits
from console.editing.restore import draft_conflict_messages, plan_restore
from tenants.authlete.changes import FieldChange, diff_edits, diff_objects
from tenants.authlete.documents.base import InputType, Setting
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.json.compare import is_same_for_authlete
from tenants.authlete.json.merge import merge
from tenants.authlete.json.splice import make_replacement_edit
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import Redactor
from tenants.authlete.redaction.unknown_fields import CLIENT_SCHEMA
from tests.console.forms.documents import documents
from tests.support.nulls import with_nulls, without_nulls
from tests.support.tiers import examples

REDACTOR = Redactor(b"k" * 32, CLIENT_SCHEMA)
SETTINGS = [
    setting
    for section in SECTIONS.values()
    for setting in section.settings()
    if not setting.is_immutable
]


def client(**members):
    return Client.model_validate({"clientId": 44, "modifiedAt": 1, **members})


def undo(before, after, now=None):
    """Undo the change from ``before`` to ``after``, as the client is ``now``."""
    changes = diff_edits(before, after)
    return plan_restore(CLIENT_KIND, client(**(now or {**before, **after})), changes, ())


@settings(max_examples=examples(150))
@given(data=st.data())
def test_undo_restores_any_change(data):
    some = data.draw(st.lists(st.sampled_from(SETTINGS), max_size=4, unique=True))
    before = data.draw(documents(Client, some)).to_dict()
    after = data.draw(documents(Client, some)).to_dict()
    plain = {item.api_name: after.get(item.api_name) for item in some}
    # What is only left out inside would stay: an edit says all that it takes out.
    edits = {name: make_replacement_edit(before.get(name), v) for name, v in plain.items()}

    plan = undo(before, edits)

    again = {**before, **edits, **plan.values}
    lost = {item.name for item in plan.unrestorable}
    found_left = diff_objects(without_nulls(before), without_nulls(again), is_same_for_authlete)
    left = [item for item in found_left if not is_within(item.field, lost)]
    assert left == []
    for laid_out in (lambda value: value, without_nulls, with_nulls):
        now = laid_out({**before, **edits})
        undone = undo(before, edits, now)
        assert merge(undone.base, now, undone.values).conflicts == ()


def is_within(field, names):
    inside = tuple(f"{name}{mark}" for name in names for mark in ".[")
    return field in names or field.startswith(inside)


NAMES = [{"tag": "ja", "value": "a"}, {"tag": "fr", "value": "b"}]


@pytest.mark.parametrize(
    ("before", "after", "now", "wanted"),
    [
        ("a", "b", "b", "a"),
        (None, "b", "b", None),
        (NAMES, NAMES[:1], NAMES[:1], NAMES),
        (NAMES[:1], NAMES, NAMES, NAMES[:1]),
    ],
)
def test_undo_restores_the_previous_value(before, after, now, wanted):
    plan = undo({"clientNames": before}, {"clientNames": after}, {"clientNames": now})

    assert plan.values == {"clientNames": wanted}
    assert plan.unrestorable == []


def test_unnamed_member_is_reported_and_not_restored():
    plan = undo({"clientName": {"": 1}}, {"clientName": {"": None}})

    assert plan.values == {}
    assert [item.name for item in plan.unrestorable] == ["clientName."]


def test_null_added_by_authlete_is_no_conflict():
    now = {"clientNames": [NAMES[0], {**NAMES[1], "fromTheFuture": None}]}
    plan = undo({"clientNames": NAMES[:1]}, {"clientNames": NAMES}, now)

    assert merge(plan.base, now, plan.values).conflicts == ()


def test_changed_value_is_a_conflict():
    now = {"clientName": "theirs"}
    plan = undo({"clientName": "old"}, {"clientName": "bad"}, now)

    (conflict,) = merge(plan.base, now, plan.values).conflicts
    assert (conflict.base, conflict.theirs, conflict.mine) == ("bad", "theirs", "old")


def test_value_normalized_by_authlete_is_no_conflict():
    intended = [FieldChange("clientName", "old", "  sent ")]
    unexpected = [FieldChange("clientName", "  sent ", "sent")]
    now = client(clientName="sent")

    plan = plan_restore(CLIENT_KIND, now, intended, unexpected)

    assert merge(plan.base, now.to_dict(), plan.values).conflicts == ()
    assert plan.values == {"clientName": "old"}


def test_unchanged_redacted_value_is_no_conflict():
    added = {**NAMES[1], "fromTheFuture": "c4nary"}
    now = REDACTOR.redact({"clientNames": [NAMES[0], added]})
    intended = diff_edits({"clientNames": NAMES[:1]}, now)
    assert "c4nary" not in str(intended)

    plan = plan_restore(CLIENT_KIND, client(**now), intended, ())

    assert plan.values == {"clientNames": NAMES[:1]}
    assert merge(plan.base, now, plan.values).conflicts == ()
    now = REDACTOR.redact({"clientNames": [NAMES[0], added | {"fromTheFuture": "another"}]})
    plan = plan_restore(CLIENT_KIND, client(**now), intended, ())
    assert merge(plan.base, now, plan.values).conflicts


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (FieldChange("number", 1, 2), "Set by Authlete."),
        (FieldChange("locked", False, True), "Can't be saved. Lock or unlock"),
        (FieldChange("fromTheFuture", 1, 2), "doesn't support it"),
        (FieldChange("fromTheFuture", Fingerprint("a"), "b"), "doesn't support it"),
        (FieldChange("clientNames[fr].future", Fingerprint("a"), "b"), "doesn't support it"),
        (FieldChange("clientNames[de]", {"x": Fingerprint("a")}, None), "may contain a secret"),
        (FieldChange("clientSecret", Fingerprint("a"), None), "Secrets aren't stored"),
        (FieldChange("clientNames[ja].value", "a", "b"), "no longer exists"),
        (FieldChange("attributes[a].value].value", "a", "b"), "no longer exists"),
    ],
)
def test_unrestorable_values_are_named(change, why):
    now = client(attributes=[{"key": "a"}, {"key": "a].value", "value": "b"}])

    plan = plan_restore(CLIENT_KIND, now, [change], ())

    (left,) = plan.unrestorable
    assert why in left.reason
    assert plan.values == {}


def test_lost_draft_values_are_named_in_the_readers_language():
    flag = Setting("flag", "flag", "Yes", "", InputType("flag"))
    kind = replace(CLIENT_KIND, declared={"flag": ("basics", flag)})

    with translation.override("pt-br"):  # Django's own words, which it brings along
        (message,) = draft_conflict_messages(
            kind, DraftEdits(values={"flag": True}), {"flag": False}
        )

    assert message.endswith(": Sim.")

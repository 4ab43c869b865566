"""Plans that restore the values from before a logged change.

The old values become a draft of the current document. A setting that was changed
again is a merge conflict. Values that aren't logged, such as secrets, are reported
and stay unchanged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.audit_log.change_descriptions import describe_change
from console.documents.kinds import DocumentKind
from console.editing.drafts import DraftEdits
from console.forms.nested_settings import STEP_PATTERN
from console.forms.value_text import translate
from console.history.comparison import UnrestorableSetting, read_only_reason
from tenants.authlete.changes import FieldChange, get_top_level_field
from tenants.authlete.documents.base import Document
from tenants.authlete.json.compare import find_key_field, is_same_for_authlete
from tenants.authlete.json.splice import make_replacement_edit
from tenants.authlete.redaction.fingerprint import contains_fingerprint
from tenants.authlete.redaction.unknown_fields import SCHEMAS, is_declared_field

type PathStep = tuple[str, bool]  # name, and whether it is a list item's


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """The edits that undo a change, and the settings that can't be restored."""

    base: Mapping[str, Any]  # by member, after the change
    values: Mapping[str, Any]  # by member, before the change
    unrestorable: Sequence[UnrestorableSetting]


class MovedError(Exception):
    """The changed item no longer exists."""


def plan_restore(
    kind: DocumentKind,
    document: Document,
    changes: Iterable[FieldChange],
    surprises: Iterable[FieldChange],
) -> RestorePlan:
    """Return the edits that undo the changes in ``asked``.

    ``surprises`` are the side effects that Authlete reported for the change.
    """
    stood = {surprise.field: surprise.after for surprise in surprises}
    base: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    settings = []
    for change in changes:
        member, path = _split_field(change.field)
        now = document.get(member)
        reason = _restore_problem(kind, member, change)
        if not reason:
            try:
                steps = _parse_steps(path)
                left = stood.get(change.field, change.after)
                was = _value_after_change(left, _value_at(now, steps))
                before = _with_value(expected.get(member, now), steps, change.before)
                base[member] = _with_value(base.get(member, now), steps, was)
                expected[member] = before
            except MovedError:
                reason = _("The changed entry no longer exists.")
        if reason:
            label = describe_change(change, kind.declared).label
            settings.append(UnrestorableSetting(label, change.field, reason))
    differ = [
        name for name, v in expected.items() if not is_same_for_authlete(v, document.get(name))
    ]
    return RestorePlan(
        {name: base[name] for name in differ},
        {name: make_replacement_edit(document.get(name), expected[name]) for name in differ},
        settings,
    )


def unrestorable_message(unrestorable: Iterable[UnrestorableSetting]) -> str:
    """Return a message that lists the settings that are not restored, and why."""
    reasons = "; ".join(f"{setting.label}: {setting.reason}" for setting in unrestorable)
    return _("Not restored: %(left)s") % {"left": reasons}


def draft_conflict_messages(
    kind: DocumentKind, edits: DraftEdits, values: Mapping[str, Any]
) -> list[str]:
    """Return what restoring ``values`` replaces and keeps in a draft with ``edits``."""
    replaced = [n for n, v in edits.values.items() if n in values and v != values[n]]
    others = [name for name in edits.values if name not in values]
    groups = [
        (_("Replaced in your draft: %(settings)s."), replaced),
        (_("Your draft also changes: %(settings)s."), others),
    ]
    return [
        words % {"settings": ", ".join(translate(kind.declared[n][1].label) for n in names)}
        for words, names in groups
        if names
    ]


def _restore_problem(kind: DocumentKind, member: str, change: FieldChange) -> str:
    """Return why a value can't be restored, or an empty string."""
    if member not in kind.declared or not contains_fingerprint(change.before):
        return read_only_reason(kind.declared, member)
    if not is_declared_field(change.field, SCHEMAS[kind.document]):
        return _("This version of Meridian doesn't support it.")
    if isinstance(change.before, Mapping | list):
        return _("It may contain a secret, and secrets aren't stored.")
    return _("Secrets aren't stored. Enter it again.")


def _value_after_change(was: Any, now: Any) -> Any:
    """Return the value that a change left; ``now`` if its fingerprints match the logged ones."""
    return now if contains_fingerprint(was) and is_same_for_authlete(now, was) else was


def _value_at(value: Any, steps: Sequence[PathStep]) -> Any:
    """Return the value at the end of the steps; None if there is none."""
    for name, is_item in steps:
        if is_item:
            items = value if isinstance(value, list) else []
            key = find_key_field(items)
            value = next((item for item in items if key and str(item[key]) == name), None)
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _split_field(field: str) -> tuple[str, str]:
    """Split the field of a change into the member and the path inside it."""
    member = get_top_level_field(field)
    return member, field[len(member) :]


def _parse_steps(path: str) -> list[PathStep]:
    """Parse a path; raise `MovedError` if a name in it can't be read, such as an empty one."""
    matches = list(STEP_PATTERN.finditer(path))
    if "".join(step[0] for step in matches) != path:
        raise MovedError
    return [
        (step["member"], False) if step["item"] is None else (step["item"], True)
        for step in matches
    ]


def _with_value(value: Any, steps: Sequence[PathStep], new: Any) -> Any:
    """Return ``value`` with ``new`` at the end of the steps; None removes it.

    Raise `MovedError` if a step doesn't exist.
    """
    if not steps:
        return new
    (name, is_item), *inner_steps = steps
    if is_item:
        return _with_item(value, name, inner_steps, new)
    if not isinstance(value, Mapping | None) or "]" in name:
        raise MovedError  # also if an item's name contains brackets
    inner = _with_value((value or {}).get(name), inner_steps, new)
    others = {key: v for key, v in (value or {}).items() if key != name}
    return others if inner is None else {**(value or {}), name: inner}


def _with_item(value: Any, name: str, inner_steps: Sequence[PathStep], new: Any) -> Any:
    items = list(value) if isinstance(value, list) else []
    key = find_key_field(items)
    index = next((index for index, item in enumerate(items) if key and str(item[key]) == name), -1)
    if index < 0:
        if inner_steps:
            raise MovedError
        return items if new is None else [*items, new]
    inner = _with_value(items[index], inner_steps, new)
    return [*items[:index], *([] if inner is None else [inner]), *items[index + 1 :]]

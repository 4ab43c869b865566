"""What settings of a document must be like together, told where they are mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from console.editing.kind import Target
from console.forms.section import SettingsForm
from console.forms.words import said
from tenants.authlete.operation import Effect


@dataclass(frozen=True, slots=True)
class Note:
    """Settings that do not go together."""

    message: str
    label: str  # of the setting to mend first
    path: str  # of its field
    code: str  # with which Authlete refuses to store it; empty where it does not
    is_new: bool = False  # comes of the edit, and was not so before


def notes(target: Target, members: Mapping[str, Any]) -> list[Note]:
    """What does not go together in a whole document, as it is or as it would be."""
    return _told(target, members, members)


def notes_after(
    target: Target, members: Mapping[str, Any], edits: Mapping[str, Any]
) -> list[Note]:
    """What would not go together after an edit, what is new first."""
    found = _told(target, members, {**members, **edits})
    return sorted(found, key=lambda note: (not note.is_new, not note.code))


def warn(target: Target, form: SettingsForm, members: Mapping[str, Any]) -> None:
    """Say at a form's fields what does not go together; nothing is refused for it."""
    names = {one.member: one.name for one in form.settings.values()}
    for finding in target.kind.findings(members):
        here = [names[one] for one in finding.members if one in names]
        if here:
            form.warn(here[0], gettext(finding.message))


def _told(
    target: Target, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Note]:
    was = set(target.kind.findings(before))
    may = target.workspace.member.may(Effect.CHANGE)
    told = []
    for finding in target.kind.findings(after):
        section, setting = target.kind.declared[finding.members[0]]
        page = ("edit", section) if may else ("fields",)
        told.append(
            Note(
                gettext(finding.message),
                said(setting.label),
                f"{target.path(*page)}#{f'field-{setting.name}' if may else section}",
                finding.code,
                finding not in was,
            )
        )
    return told

"""What settings of a document must be like together, told where they are mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from console.documents.kinds import DocumentTarget
from console.forms.settings_form import SettingsForm
from console.forms.value_text import translate
from tenants.authlete.operation import Effect


@dataclass(frozen=True, slots=True)
class ConfigurationWarning:
    """Settings that do not go together."""

    message: str
    label: str  # of the setting to mend first
    path: str  # of its field
    code: str  # with which Authlete refuses to store it; empty where it does not
    is_new: bool = False  # comes of the edit, and was not so before


def configuration_warnings(
    target: DocumentTarget, members: Mapping[str, Any]
) -> list[ConfigurationWarning]:
    """Return the warnings about a whole document, as it is or as it would be."""
    return _describe_findings(target, members, members)


def warnings_after(
    target: DocumentTarget, members: Mapping[str, Any], edits: Mapping[str, Any]
) -> list[ConfigurationWarning]:
    """Return the warnings about a document after an edit, new ones first."""
    found = _describe_findings(target, members, {**members, **edits})
    return sorted(found, key=lambda note: (not note.is_new, not note.code))


def add_form_warnings(
    target: DocumentTarget, form: SettingsForm, members: Mapping[str, Any]
) -> None:
    """Say at a form's fields what does not go together; nothing is refused for it."""
    names = {setting.api_name: setting.name for setting in form.settings.values()}
    for finding in target.kind.findings(members):
        here = [names[field] for field in finding.fields if field in names]
        if here:
            form.add_warning(here[0], gettext(finding.message))


def _describe_findings(
    target: DocumentTarget, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[ConfigurationWarning]:
    was = set(target.kind.findings(before))
    may = target.workspace.member.can(Effect.CHANGE)
    told = []
    for finding in target.kind.findings(after):
        section, setting = target.kind.declared[finding.fields[0]]
        page = ("edit", section) if may else ("fields",)
        told.append(
            ConfigurationWarning(
                gettext(finding.message),
                translate(setting.label),
                f"{target.path(*page)}#{f'field-{setting.name}' if may else section}",
                finding.code,
                finding not in was,
            )
        )
    return told

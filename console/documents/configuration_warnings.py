"""Configuration warnings: settings of a document that conflict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from console.documents.kinds import DocumentTarget
from console.forms.settings_form import SettingsForm
from console.forms.value_text import translate
from console.inventory.rules import RULES
from tenants.authlete.operation import Effect


@dataclass(frozen=True, slots=True)
class ConfigurationWarning:
    """A conflict between settings."""

    message: str
    section: str  # of the setting to fix first
    label: str  # of that setting
    path: str  # of its field
    code: str  # of Authlete's rejection; empty if it accepts the settings
    is_new: bool = False  # caused by the edit
    fix_path: str = ""  # of the form with values that comply, if the rule declares them


def configuration_warnings(
    target: DocumentTarget, members: Mapping[str, Any]
) -> list[ConfigurationWarning]:
    """Return the warnings about a whole document, as it is or as it would be."""
    return _describe_findings(target, members, members)


def warnings_after(
    target: DocumentTarget, members: Mapping[str, Any], edits: Mapping[str, Any]
) -> list[ConfigurationWarning]:
    """Return the warnings about a document after an edit, new ones first."""
    warnings = _describe_findings(target, members, {**members, **edits})
    return sorted(warnings, key=lambda note: (not note.is_new, not note.code))


def add_form_warnings(
    target: DocumentTarget, form: SettingsForm, members: Mapping[str, Any]
) -> None:
    """Add configuration warnings to the fields of a form."""
    names = {setting.api_name: setting.name for setting in form.settings.values()}
    for finding in target.kind.findings(members):
        field_names = [names[field] for field in finding.fields if field in names]
        if field_names:
            form.add_warning(field_names[0], gettext(finding.message))


def fix_path(target: DocumentTarget, rule_id: str) -> str:
    """Return the path of the form with the values that fix a rule's finding, if it has a fix."""
    rule = RULES.get(rule_id)
    if not rule or not rule.fix:
        return ""
    section, setting = target.kind.declared[next(iter(rule.fix))]
    return f"{target.path('edit', section)}?fix={rule_id}#field-{setting.name}"


def _describe_findings(
    target: DocumentTarget, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[ConfigurationWarning]:
    previous = set(target.kind.findings(before))
    can_edit = target.workspace.member.can(Effect.CHANGE)
    warnings = []
    for finding in target.kind.findings(after):
        section, setting = target.kind.declared[finding.fields[0]]
        page = ("edit", section) if can_edit else ("fields",)
        warnings.append(
            ConfigurationWarning(
                gettext(finding.message),
                section,
                translate(setting.label),
                f"{target.path(*page)}#{f'field-{setting.name}' if can_edit else section}",
                finding.code,
                finding not in previous,
                fix_path(target, finding.rule) if can_edit and before is after else "",
            )
        )
    return warnings

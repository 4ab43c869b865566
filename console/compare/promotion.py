"""Plan which settings of one object become a draft of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from console.compare.operands import Operand
from console.documents.kinds import DocumentKind
from console.documents.recipe import CarryRule, find_rule, is_expected, map_value
from console.forms.value_text import format_value, translate
from console.history.comparison import IGNORED_MEMBERS, restore_problem
from tenants.authlete.changes import diff_objects, get_top_level_field
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.validators.values import format_error
from tenants.authlete.json.compare import is_same_for_authlete
from tenants.authlete.json.splice import make_replacement_edit

MAX_VALUE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class PromotedSetting:
    """A setting that is carried, with its value in both objects."""

    member: str
    label: str
    rule: CarryRule
    source: str  # in words, as all of them
    current: str
    promoted: str
    value: Any  # to set in the target
    is_editable: bool  # a mapped text

    @property
    def field_name(self) -> str:
        return f"value-{self.member}"


@dataclass(frozen=True, slots=True)
class KeptSetting:
    """A setting that isn't carried, and why."""

    member: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class PromotionPlan:
    """The settings to carry to the target, and those that stay."""

    settings: Sequence[PromotedSetting]
    kept: Sequence[KeptSetting]  # chosen, but not carried
    set_anew: Sequence[KeptSetting]  # the source has them, the target lacks them


def plan_promotion(
    source: Operand, target: Operand, members: Sequence[str] | None
) -> PromotionPlan:
    """Plan to carry ``members``; None for all unexpected differences."""
    kind = target.target.kind
    before, after = source.document or Document(), target.document or Document()
    is_same_object = source.target.ref == target.target.ref
    changes = diff_objects(before.to_dict(), after.to_dict(), is_same_for_authlete)
    differing = dict.fromkeys(get_top_level_field(change.field) for change in changes)
    carried: list[PromotedSetting] = []
    kept: list[KeptSetting] = []
    set_anew: list[KeptSetting] = []
    for member in differing:
        if member in IGNORED_MEMBERS:
            continue
        rule = find_rule(kind, member, before.get(member), after.get(member))
        if rule is CarryRule.ANEW and before.get(member) and not after.get(member):
            set_anew.append(KeptSetting(member, _label(kind, member), str(rule.label)))
        elif members is None and not is_same_object and is_expected(kind, member, before, after):
            continue
        elif members is None or member in members:
            problem = _find_problem(kind, member, rule, before, after, is_same_object)
            if problem:
                kept.append(KeptSetting(member, _label(kind, member), problem))
            else:
                carried.append(_promoted_setting(kind, member, rule, before, after, is_same_object))
    return PromotionPlan(carried, kept, set_anew)


def _find_problem(
    kind: DocumentKind,
    member: str,
    rule: CarryRule,
    before: Document,
    after: Document,
    is_same_object: bool,
) -> str:
    """Return why a setting can't be carried, or an empty string."""
    if problem := restore_problem(kind.declared, member, before, after):
        return problem
    return "" if rule.is_carried or is_same_object else str(rule.label)


def _promoted_setting(
    kind: DocumentKind,
    member: str,
    rule: CarryRule,
    before: Document,
    after: Document,
    is_same_object: bool,
) -> PromotedSetting:
    setting = kind.declared[member][1]
    source = before.get(member)
    value = source if is_same_object else map_value(kind, member, before, after)
    if value != source and not rule.is_mapped:
        rule = CarryRule.URL
    is_text = isinstance(source, str) and isinstance(value, str | None)
    return PromotedSetting(
        member,
        translate(setting.label),
        rule,
        format_value(setting, source),
        format_value(setting, after.get(member)),
        format_value(setting, value),
        value,
        rule.is_mapped and is_text and not is_same_object,
    )


def _label(kind: DocumentKind, member: str) -> str:
    return translate(kind.declared[member][1].label) if member in kind.declared else member


class PromotionForm(forms.Form):
    """The mapped values of a promotion, which can be edited."""

    def __init__(
        self, data: Mapping[str, Any] | None, plan: PromotionPlan, kind: DocumentKind
    ) -> None:
        super().__init__(data)
        self.plan, self.kind = plan, kind
        for item in plan.settings:
            if item.is_editable:
                self.fields[item.field_name] = forms.CharField(
                    label=item.label,
                    initial=item.value or "",
                    required=False,
                    max_length=MAX_VALUE_CHARS,
                    help_text=gettext_lazy("Leave empty to remove the value."),
                )

    def clean(self) -> None:
        for item in self.plan.settings:
            if item.field_name in self.cleaned_data:
                slug, setting = self.kind.declared[item.member]
                value = self.cleaned_data[item.field_name] or None
                try:
                    value = self.kind.sections[slug].validate_setting(setting.name, value)
                except ValidationError as error:
                    self.add_error(item.field_name, format_error(error.errors()[0]))
                self.cleaned_data[item.field_name] = value

    def values(self, target: Document) -> dict[str, Any]:
        """Return the edits of the target."""
        edits = {}
        for item in self.plan.settings:
            value = self.cleaned_data.get(item.field_name, item.value)
            if not is_same_for_authlete(value, target.get(item.member)):
                edits[item.member] = make_replacement_edit(target.get(item.member), value)
        return edits


def promotion_reason(source: Operand) -> str:
    """Return the suggested reason of a promoted change."""
    return _("Promote settings of %(name)s (%(key)s)") % {"name": source.name, "key": source.key}

"""Forms of policies."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from console.models.policies import MAX_TEMPLATE_CHARS, Policy
from console.models.ticket_links import PLACEHOLDER, build_ticket_url
from console.models.ticket_patterns import MAX_PATTERN_CHARS, is_valid_pattern
from console.web.idempotency import IdempotentForm
from tenants.outbound.safe_http import UrlNotAllowedError

MAX_AGE_DAYS = 36_500
FIELDS = ("max_secret_age_days", "ticket_required", "ticket_pattern", "link_template")

type ScopeChoices = Sequence[tuple[str, str] | tuple[str, Sequence[tuple[str, str]]]]


class PolicyForm(IdempotentForm):
    """The rules of a policy; empty fields are inherited."""

    max_secret_age_days = forms.IntegerField(
        label=_("Secret age limit in days"),
        required=False,
        min_value=1,
        max_value=MAX_AGE_DAYS,
        help_text=_("Older client secrets are overdue. Leave empty to inherit the limit."),
    )
    ticket_required = forms.TypedChoiceField(
        label=_("Ticket"),
        required=False,
        choices=[("", _("Inherited")), ("yes", _("Required")), ("no", _("Optional"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        help_text=_("Whether each change needs a ticket. A reason is always required."),
    )
    ticket_pattern = forms.CharField(
        label=_("Ticket format"),
        required=False,
        max_length=MAX_PATTERN_CHARS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "For example CHG-####|INC-*: # is a digit, @ a letter, * one or more letters, digits"
            " and hyphens, | separates alternatives. Leave empty to inherit the format."
        ),
    )
    link_template = forms.CharField(
        label=_("Ticket link"),
        required=False,
        max_length=MAX_TEMPLATE_CHARS,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}
        ),
        help_text=_(
            "For example https://tickets.example.com/browse/{ticket}. Leave empty to inherit the"
            " link."
        ),
    )

    def clean_ticket_pattern(self) -> str:
        pattern: str = self.cleaned_data["ticket_pattern"]
        if pattern and not is_valid_pattern(pattern):
            raise forms.ValidationError(
                _("Use letters, digits, # @ * - . _ / : and | between alternatives.")
            )
        return pattern

    def clean_link_template(self) -> str:
        template: str = self.cleaned_data["link_template"]
        if not template:
            return ""
        try:
            is_valid = bool(build_ticket_url(template, "CHG-1"))
        except UrlNotAllowedError as error:
            raise forms.ValidationError(str(error)) from None
        if not is_valid:
            text = _("Enter an HTTPS URL with %(placeholder)s once, after the host.")
            raise forms.ValidationError(text % {"placeholder": PLACEHOLDER})
        return template

    def clean(self) -> None:
        if not self.errors and all(value in (None, "") for value in self.rules.values()):
            raise forms.ValidationError(_("Fill in at least one field."))

    @property
    def rules(self) -> dict[str, Any]:
        """The policy's columns."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class NewPolicyForm(PolicyForm):
    """A policy and what it applies to."""

    scope = forms.ChoiceField(
        label=_("Applies to"),
        help_text=_("The policy of a service overrides its region's and the organization's."),
    )
    field_order = ["scope", *FIELDS]

    def __init__(self, *args: Any, scopes: ScopeChoices) -> None:
        super().__init__(*args)
        cast(forms.ChoiceField, self.fields["scope"]).choices = scopes


class EditPolicyForm(PolicyForm):
    """Edits the rules of a policy."""

    def __init__(self, data: QueryDict | None, *, policy: Policy) -> None:
        required = {None: "", True: "yes", False: "no"}[policy.ticket_required]
        initial = {name: getattr(policy, name) for name in FIELDS} | {"ticket_required": required}
        super().__init__(data, initial=initial)

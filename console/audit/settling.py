"""Forms about what is unknown."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from console.editing.forms import WhyForm
from tenants.authlete.errors import Outcome


class SettleForm(WhyForm):
    """Why an outcome is settled; and which it is, where only a person can tell."""

    outcome = forms.ChoiceField(
        choices=[
            (Outcome.DONE.value, _("It was done")),
            (Outcome.NOT_DONE.value, _("It was not done")),
        ],
        required=False,
        widget=forms.RadioSelect,
        label=_("What became of it"),
        error_messages={"required": _("Say what became of it.")},
    )

    def ask(self) -> None:
        """Have a person decide."""
        self.fields["outcome"].required = True


class Entries(forms.Field):
    """Ids of entries."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        try:
            return [str(UUID(one)) for one in value or ()]
        except ValueError:
            raise forms.ValidationError(_("This is no entry.")) from None


class ChosenForm(forms.Form):
    """Some of what is unknown; ``some`` where not all of it is meant."""

    entry = Entries(required=False)
    some = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def lacks(self) -> bool:
        """Whether some were to be chosen, and none was."""
        return not self.is_valid() or (
            self.cleaned_data["some"] and not self.cleaned_data["entry"]
        )

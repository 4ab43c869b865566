"""Forms about what is unknown."""

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

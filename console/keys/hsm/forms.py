"""The form that creates an HSM key."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.keys.hsm.operations import algorithm_choices
from console.keys.jwks.forms import KidField, check_kid_unused


class NewHsmKeyForm(ChangeReasonForm):
    """Algorithm, ID and HSM of a new key, and the reason."""

    alg = forms.ChoiceField(
        label=_("Algorithm"),
        choices=algorithm_choices,
        help_text=_("Determines the key's type and use."),
    )
    kid = KidField(
        label=_("Key ID"),
        required=False,
        help_text=_("Can't be changed later. Default: a random ID."),
    )
    hsm_name = forms.RegexField(
        r"^[A-Za-z][0-9A-Za-z_]{0,29}\Z",
        required=False,
        label=_("HSM"),
        help_text=_("The HSM's name in the cluster. Default: the cluster's default HSM."),
        error_messages={
            "invalid": _("Start with a letter. Use up to 30 letters, digits and underscores.")
        },
    )

    def __init__(self, *args: Any, used_kids: Collection[str]) -> None:
        super().__init__(*args)
        self.used_kids = used_kids

    def clean_kid(self) -> str:
        return check_kid_unused(self.used_kids, self.cleaned_data["kid"])

"""The form of a new key in hardware."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.keys.hsm.algorithms import algorithm_choices


class NewHsmKeyForm(ChangeReasonForm):
    """What a key is for, what it is called, and in which module; and why."""

    alg = forms.ChoiceField(
        label=_("What it does"),
        choices=algorithm_choices,
        help_text=_("The type of the key and its use follow from the algorithm."),
    )
    kid = forms.RegexField(
        r"^[A-Za-z0-9._:~-]{1,100}\Z",
        required=False,
        label=_("Key ID"),
        help_text=_("Nobody can change it later. Empty: a random one."),
        error_messages={"invalid": _("Use letters, digits and - _ . : ~ only.")},
    )
    module = forms.RegexField(
        r"^[A-Za-z][0-9A-Za-z_]{0,29}\Z",
        required=False,
        label=_("Hardware module"),
        help_text=_("The name that the cluster has for it. Empty: its default one."),
        error_messages={"invalid": _("A letter, then at most 29 letters, digits and _.")},
    )

    def __init__(self, *args: Any, used_kids: Collection[str]) -> None:
        super().__init__(*args)
        self.used_kids = used_kids

    def clean_kid(self) -> str:
        kid: str = self.cleaned_data["kid"]
        if kid in self.used_kids:
            raise forms.ValidationError(_("The service has a key of this ID already."))
        return kid

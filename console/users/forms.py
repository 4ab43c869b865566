from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm

CONFIRM_CHARS = 4  # characters of a subject that are typed to confirm


class DisclosureForm(forms.Form):
    """The reason to reveal or export personal data, for the audit log."""

    reason = forms.CharField(
        max_length=400,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason for the audit log.")},
    )
    ticket = forms.CharField(max_length=60, required=False, label=_("Ticket"))


class RevokeAllForm(ChangeReasonForm):
    """Confirms a revocation by the end of the subject identifier."""

    typed = forms.CharField(max_length=CONFIRM_CHARS, strip=False, label=_("Subject identifier"))

    def __init__(self, *args: Any, subject: str) -> None:
        super().__init__(*args)
        self._expected_ending = subject[-CONFIRM_CHARS:]

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != self._expected_ending.strip():
            raise forms.ValidationError(_("This doesn't match the end of the subject identifier."))
        return typed

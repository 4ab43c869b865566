from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why somebody sees what is hidden; both go into the record."""

    reason = forms.CharField(
        max_length=400,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why; whoever reads the record will ask.")},
    )
    ticket = forms.CharField(max_length=60, required=False, label=_("Ticket"))

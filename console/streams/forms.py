from django import forms
from django.utils.translation import gettext_lazy as _

from console.web.idempotency import IdempotentForm


class NewStreamForm(IdempotentForm):
    """Names a new log stream."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For example “Splunk, production”."),
    )

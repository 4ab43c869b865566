from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 100  # characters; `api.md`, section 8, token/create


class ReasonForm(forms.Form):
    """Why somebody sees what is hidden; both go into the record."""

    reason = forms.CharField(
        max_length=400,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why; whoever reads the record will ask.")},
    )
    ticket = forms.CharField(max_length=60, required=False, label=_("Ticket"))


class SubjectForm(forms.Form):
    """One subject, exactly as the services know it."""

    subject = forms.CharField(
        max_length=LONGEST,
        label=_("Subject"),
        error_messages={
            "required": _("Enter the subject, exactly as the services know it."),
            "max_length": _("A subject has %(limit_value)d characters at most."),
        },
    )

"""Forms about a client's secret."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.forms.timestamps import TimestampField
from console.models.rotations import STAGED_LIFETIME
from tenants.authlete.redaction.fingerprint import HEX_DIGITS

SECRET_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,86}")  # Authlete facts, 6: A149601
NOW, LATER = "now", "later"

SECRET_CHANGED_MESSAGE = _(
    "The secret has changed since you opened this page. Nothing was sent. Check the "
    "fingerprint and try again."
)


class CurrentSecretForm(ChangeReasonForm):
    """The reason, and the fingerprint that the page showed."""

    seen = forms.CharField(max_length=HEX_DIGITS, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, fingerprint: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fingerprint = fingerprint

    def clean(self) -> None:
        if self.cleaned_data.get("seen") != self.fingerprint:
            self.add_error(None, SECRET_CHANGED_MESSAGE)


class SetSecretForm(CurrentSecretForm):
    """A secret chosen by the user; never rendered back."""

    secret = forms.CharField(
        label=_("New secret"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "maxlength": 86}),
        help_text=_("1 to 86 characters of A to Z, a to z, 0 to 9, - and _."),
    )
    field_order = ("secret", "reason", "ticket")

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        if not SECRET_PATTERN.fullmatch(secret):
            raise forms.ValidationError(
                _("Use 1 to 86 characters of A to Z, a to z, 0 to 9, - and _.")
            )
        return secret


class ActivateSecretForm(ChangeReasonForm):
    """When to activate the secret, and whether to force it."""

    when = forms.ChoiceField(
        label=_("When"),
        choices=[(NOW, _("Now")), (LATER, _("Scheduled"))],
        initial=NOW,
        required=False,
    )
    at = TimestampField(label=_("Time"))
    anyway = forms.BooleanField(label=_("Replace anyway"), required=False)

    def clean(self) -> None:
        activate_at = self.cleaned_data.get("at")
        if self.cleaned_data.get("when") != LATER:
            if activate_at or "at" in self.errors:
                text = _('Choose "Scheduled", or clear the time.')
                self.add_error("at", text)
        elif "at" in self.errors:
            return
        elif activate_at is None:
            self.add_error("at", _("Enter a time."))
        elif activate_at < timezone.now() + timedelta(minutes=1):
            self.add_error("at", _("Enter a time in the future."))
        elif activate_at > self.initial["until"]:
            self.add_error(
                "at",
                _("Staged secrets are kept for %(days)d days. Enter an earlier time.")
                % {"days": STAGED_LIFETIME.days},
            )


class UndoActivationForm(ChangeReasonForm):
    """The reason, and whether to force the undo."""

    anyway = forms.BooleanField(label=_("Replace anyway"), required=False)

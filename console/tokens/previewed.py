"""The form that ends many tokens: it carries the preview, signed."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from console.editing.forms import WhyForm
from console.tokens.whose import Counted, Whose

SALT = "console.tokens.revoke"
SEEN_FOR = 15 * 60  # seconds that a preview holds
LONG_AGO = _("The preview was over 15 minutes old. Nothing was revoked; look again.")
UNSEEN = _("This was not previewed. Nothing was revoked; look at what it would end.")


class RevokeForm(WhyForm):
    """What was previewed, what is typed by whoever means it, and why."""

    counted = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": UNSEEN}
    )
    typed = forms.CharField()

    def __init__(self, *args: Any, whose: Whose) -> None:
        super().__init__(*args)
        self.whose = whose

    def clean_counted(self) -> tuple[int, int]:
        """How many worked, and how many had expired, in the preview."""
        try:
            key, valid, expired = signing.loads(
                self.cleaned_data["counted"], salt=SALT, max_age=SEEN_FOR
            )
        except signing.SignatureExpired:
            raise forms.ValidationError(LONG_AGO) from None
        except signing.BadSignature:
            raise forms.ValidationError(UNSEEN) from None
        if key != self.whose.key:
            raise forms.ValidationError(UNSEEN)
        return valid, expired

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != self.whose.confirms:
            raise forms.ValidationError(_("This is something else."))
        return typed


def carried(whose: Whose, counted: Counted) -> str:
    """A preview, as its form carries it."""
    return signing.dumps([whose.key, counted.valid, counted.expired], salt=SALT)

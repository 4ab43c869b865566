from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.models import Credential
from tenants.organizations.regions import Region

MAX_TOKEN_CHARS = 4096  # characters of a token


class CredentialForm(forms.Form):
    """A credential; the token is never shown again, not even after an error."""

    token = forms.CharField(
        label=_("Organization access token"),
        max_length=MAX_TOKEN_CHARS,
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
        ),
    )
    number = forms.IntegerField(
        label=_("Organization ID"),
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Required to create and delete services. Shown in Authlete's console."),
    )
    expires_on = forms.DateField(
        label=_("Token expiry date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "From Authlete's console. Administrators get a reminder before it. Leave "
            "empty if the token doesn't expire."
        ),
    )
    anyway = forms.BooleanField(label=_("Save without testing"), required=False)

    def __init__(self, data: Any, held: Credential | None) -> None:
        told = {"number": held.number, "expires_on": held.expires_on} if held else {}
        super().__init__(data, initial=told)
        self.credential = held
        del self.fields["anyway"]
        if held:
            self.fields["token"].required = False
            self.fields["token"].help_text = _("Leave empty to keep the current token.")

    def add_force_field(self) -> None:
        """Offer to save without testing."""
        self.fields["anyway"] = self.base_fields["anyway"]

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("Enter a future date."))
        return day

    @property
    def is_forced(self) -> bool:
        return bool(self.data.get("anyway"))


class RemoveCredentialForm(forms.Form):
    """Confirms removal by the region's name."""

    name = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any, region: Region) -> None:
        super().__init__(data)
        self.region = region
        label = gettext("Type %(name)s to confirm")
        self.fields["name"].label = label % {"name": region.name}

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name.casefold() != self.region.name.casefold():
            raise forms.ValidationError(
                _("This doesn't match the region's name. Nothing was removed.")
            )
        return name

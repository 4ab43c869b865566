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
    """A token is typed in and never shown again, not even after a mistake."""

    token = forms.CharField(
        label=_("Access token of the organization"),
        max_length=MAX_TOKEN_CHARS,
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
        ),
    )
    number = forms.IntegerField(
        label=_("Organization's number at the identity provider"),
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Needed to create and remove services. Authlete's console has it."),
    )
    expires_on = forms.DateField(
        label=_("Last day of the token"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "As Authlete's console showed it; no call tells. Whoever looks after the "
            "organization is reminded before. Empty: it works until it is revoked."
        ),
    )
    anyway = forms.BooleanField(label=_("Keep it without having tried it"), required=False)

    def __init__(self, data: Any, held: Credential | None) -> None:
        told = {"number": held.number, "expires_on": held.expires_on} if held else {}
        super().__init__(data, initial=told)
        self.credential = held
        del self.fields["anyway"]
        if held:
            self.fields["token"].required = False
            self.fields["token"].help_text = _("Leave it empty to keep the one there is.")

    def add_force_field(self) -> None:
        """Ask whether it shall be kept although it could not be tried."""
        self.fields["anyway"] = self.base_fields["anyway"]

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return day

    @property
    def is_forced(self) -> bool:
        return bool(self.data.get("anyway"))


class RemoveCredentialForm(forms.Form):
    name = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any, region: Region) -> None:
        super().__init__(data)
        self.region = region
        label = gettext("Type %(name)s to confirm")
        self.fields["name"].label = label % {"name": region.name}

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name.casefold() != self.region.name.casefold():
            raise forms.ValidationError(_("This is not the region's name. Nothing was removed."))
        return name
